/** Runs programs that a file describes, from the command line. */
module io.musher.ops {
    requires transitive io.musher;
    requires jdk.net; // who is at the other end of a Unix domain socket
    requires org.slf4j;

    exports io.musher.ops;
}
