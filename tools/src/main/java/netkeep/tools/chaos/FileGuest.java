package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.servers.source.Pattern;
import netkeep.tools.CannotHere;
import netkeep.tools.demo.Nginx;
import netkeep.tools.demo.Program;
import netkeep.tools.demo.Where;

/// A server of files: nginx, or the JDK's own. Files have the octets of [Pattern], each from another position on.
final class FileGuest implements Guest {
    /// Octets of the files, which are named so.
    static final List<Integer> LENGTHS = List.of(1, 612, 20_000, 1_000_001);

    private static final String SMALL = "612";
    private static final int JVM_PORT = 8080;

    /// How a server of files is started on a stack.
    private interface Started {
        List<String> command(Path session) throws IOException;
    }

    private final int port;
    private final Started started;
    private final Account account;

    private FileGuest(int port, Started started, Account account) {
        this.port = port;
        this.started = started;
        this.account = account;
    }

    /// @param root    the directory that is served
    /// @param scratch for its configuration
    static Guest nginx(Path root, Path scratch, Account account) throws IOException {
        Program program = Nginx.of(root, scratch)
                .orElseThrow(() -> new CannotHere("needs nginx, and gcc for the library: apt-get install nginx gcc"));
        return new FileGuest(Program.PORT, session -> program.command(Where.FACTORED, session, true), account);
    }

    /// The JDK's server of files, with the agent.
    static Guest jvm(String script, Path root, Account account) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> server = List.of(
                java.toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                // Its answers' last octets do not wait for acknowledgments.
                "-Dsun.net.httpserver.nodelay=true",
                "-m",
                "jdk.httpserver",
                "-b",
                "::",
                "-p",
                Integer.toString(JVM_PORT),
                "-d",
                root.toString(),
                "-o",
                "none");
        return new FileGuest(
                JVM_PORT,
                session -> {
                    List<String> command = new ArrayList<>(List.of(script, "run", "--session", session.toString()));
                    command.add("--");
                    command.addAll(server);
                    return command;
                },
                account);
    }

    /// Lays down the files.
    static void fill(Path root) throws IOException {
        for (int length : LENGTHS) {
            byte[] octets = new byte[length];
            Pattern.fill(ByteBuffer.wrap(octets), length);
            Files.write(root.resolve(Integer.toString(length)), octets);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public List<String> command(Path session) throws IOException {
        return started.command(session);
    }

    @Override
    public Asker generator(String address) {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return new WrkAsker("http://" + host + ":" + port + "/" + SMALL, account);
    }

    @Override
    public Asker checker(String address) {
        return new FileChecker(address, port, account);
    }

    @Override
    public void settle(KernelSide side, String address) {
        // It keeps no account.
    }
}
