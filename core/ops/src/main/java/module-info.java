/** Runs programs that a file describes, from the command line. */
module io.musher.ops {
    requires io.musher;
    requires org.slf4j;
}
