package netkeep.tools.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.embedded.SystemProvider;
import netkeep.tools.place.ThisProgram;
import org.jspecify.annotations.Nullable;

/// The JDK's own server of files, as it is, in a JVM of its own: where there is no nginx. A system property puts the
/// JVM's channels on a stack of ours.
final class JdkServer implements Program {
    private static final String PROVIDER = "-Djava.nio.channels.spi.SelectorProvider=";
    private static final String ANY_4 = "0.0.0.0";
    private static final String ANY = "::";

    private final Path root;

    /// @param root the directory that is served
    JdkServer(Path root) {
        this.root = root;
    }

    @Override
    public String name() {
        return "the JDK's server";
    }

    @Override
    public List<String> command(Where where, @Nullable Path session, boolean ipv6) throws IOException {
        List<String> options = new ArrayList<>(List.of("-Xmx256m"));
        if (session != null) {
            Module ours = SystemProvider.class.getModule();
            options.add("--add-exports=java.base/sun.nio.ch=" + (ours.isNamed() ? "netkeep.client" : "ALL-UNNAMED"));
            options.add(PROVIDER + SystemProvider.class.getName());
            options.add("-D" + SystemProvider.SESSION + "=" + session);
        }
        List<String> arguments = List.of(ipv6 ? ANY : ANY_4, String.valueOf(PORT), root.toString());
        return ThisProgram.line(options, WebServer.class, arguments);
    }
}
