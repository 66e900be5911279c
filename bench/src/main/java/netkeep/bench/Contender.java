package netkeep.bench;

/// One side of a comparison: a server that runs, and where its load finds it.
///
/// @param device the load's end of the link between them
record Contender(Program server, String host, int port, String device) implements AutoCloseable {
    @Override
    public void close() {
        server.close();
    }
}
