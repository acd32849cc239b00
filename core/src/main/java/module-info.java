/**
 * Runs a program in several processes behind one port.
 */
module io.musher {
    requires transitive io.musher.balancer;
}
