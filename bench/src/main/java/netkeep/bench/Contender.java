package netkeep.bench;

/// One side of a comparison: a server that runs, and where its load finds it.
record Contender(Program server, String host, int port) implements AutoCloseable {
    @Override
    public void close() {
        server.close();
    }
}
