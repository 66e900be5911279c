package netkeep.tools.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The system's nginx, as it is, with two workers. `./netkeep run` starts it on a stack of ours.
public final class Nginx implements Program {
    private final String script;
    private final Path program;
    private final Path root;
    private final Path scratch;
    private final String version;

    private Nginx(String script, Path program, Path root, Path scratch) throws IOException {
        this.script = script;
        this.program = program;
        this.root = root;
        this.scratch = scratch;
        this.version = version(program);
    }

    /// Empty where there is none, or no C compiler for the library that it needs on our stack.
    ///
    /// @param root    the directory that is served
    /// @param scratch a directory for its configuration, and for what it leaves
    public static Optional<Program> of(Path root, Path scratch) throws IOException {
        String script = System.getProperty("netkeep.command");
        Optional<Path> program = Program.find("nginx");
        if (script == null || program.isEmpty() || !mayRun(Path.of(script))) {
            return Optional.empty();
        }
        return Optional.of(new Nginx(script, program.get(), root, scratch));
    }

    /// Whether `run` has the library, or can make it.
    private static boolean mayRun(Path script) {
        return Files.exists(script.resolveSibling("dist").resolve("libnetkeep.so"))
                || Program.find("gcc").isPresent()
                || Program.find("cc").isPresent();
    }

    private static String version(Path program) throws IOException {
        Process asked = new ProcessBuilder(program.toString(), "-v")
                .redirectErrorStream(true)
                .start();
        asked.getOutputStream().close();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int at = said.indexOf("nginx/");
        return at < 0
                ? "nginx"
                : "nginx " + said.substring(at + "nginx/".length()).strip().split("\\s", 2)[0];
    }

    @Override
    public String name() {
        return version;
    }

    @Override
    public List<String> command(Where where, @Nullable Path session, boolean ipv6) throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("nginx-" + where.id()));
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                user root;
                worker_processes 2;
                pid %1$s/pid;
                error_log %1$s/error;
                events { worker_connections 256; }
                http {
                    access_log off;
                    keepalive_requests 1000000;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server { listen %2$d; %3$s root %4$s; }
                }
                """.formatted(directory, PORT, ipv6 ? "listen [::]:" + PORT + ";" : "", root));
        List<String> command = new ArrayList<>();
        if (session != null) {
            command.addAll(List.of(script, "run", "--session", session.toString(), "--"));
        }
        command.addAll(List.of(program.toString(), "-p", directory.toString(), "-c", configuration.toString()));
        return command;
    }
}
