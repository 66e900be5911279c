package netkeep.bench;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One side of a comparison: a server that runs, and where its load finds it.
///
/// @param keeper of the stack that the server is attached to, which goes on without it; null where there is none
/// @param device the load's end of the link between them
record Contender(Program server, @Nullable Program keeper, String host, int port, String device)
        implements AutoCloseable {
    /// All processes that work for this side.
    List<ProcessHandle> processes() {
        Stream<Program> programs = keeper == null ? Stream.of(server) : Stream.of(server, keeper);
        return programs.map(Program::handle)
                .flatMap(each -> Stream.concat(Stream.of(each), each.descendants()))
                .toList();
    }

    /// The same, attached to a stack that this keeper keeps.
    Contender keptBy(@Nullable Program stacks) {
        return new Contender(server, stacks, host, port, device);
    }

    /// Ends the server alone.
    @Override
    public void close() {
        server.close();
    }
}
