package netkeep.tools.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows the main job: files over our own TCP/IP to an unmodified curl, every octet compared, beside the kernel's
/// stack.
@Command(
        name = "demo",
        description = "Serves files over a stack of our own to curl, and compares it with the kernel's.")
public final class DemoCommand implements Callable<Integer> {
    private static final int[] LENGTHS = {13, 612, 64 << 20};
    private static final int ROUNDS = 3;
    private static final int WARM_UP = 2;
    private static final long REQUESTS_NS = 400_000_000;

    @Option(names = "--inside", hidden = true, description = "Already root of a user namespace.")
    private boolean inside;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    public DemoCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            return asRoot();
        }
        Path root = Files.createTempDirectory("netkeep-demo");
        try {
            return show(root);
        } catch (LinuxException refused) {
            return simulated(String.valueOf(refused.getMessage()));
        } finally {
            clean(root);
        }
    }

    /// Runs this command again as root of a user namespace.
    private int asRoot() throws IOException {
        List<String> command = new ArrayList<>(
                ProcessHandle.current().info().command().stream().toList());
        command.addAll(Arrays.asList(ProcessHandle.current().info().arguments().orElse(new String[0])));
        if (command.size() < 2) {
            return simulated("this JVM does not know its own command line");
        }
        command.add("--inside");
        try {
            int code = new ProcessBuilder(NetworkNamespace.asRoot(command))
                    .inheritIO()
                    .start()
                    .waitFor();
            String forbidden = NetworkNamespace.forbiddenBy();
            return code == 0 || forbidden.isEmpty() ? code : simulated(forbidden);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static int simulated(String why) throws IOException {
        System.out.println("Not possible here: " + why);
        Simulated.show();
        return 2;
    }

    private int show(Path root) throws IOException {
        List<Path> files = files(root);
        try (Scene scene = new Scene(root, !inside)) {
            Curl curl = new Curl(scene.user(), root.resolve("download"));
            say("A stack of our own at " + Scene.OURS + ", behind " + scene.link()
                    + "; curl in a namespace of its own, on the kernel's stack.");
            for (Path file : files) {
                curl.get("http://" + Scene.OURS + "/" + file.getFileName());
                boolean same = curl.digest().equals(Curl.digest(file));
                say("%,12d octets  sha-256 %s  %s"
                        .formatted(Files.size(file), curl.digest().substring(0, 16), same ? "the same" : "DIFFERENT"));
                if (!same) {
                    return 1;
                }
            }
            figures(scene, curl, files);
        }
        return 0;
    }

    private void figures(Scene scene, Curl curl, List<Path> files) throws IOException {
        String large = "/" + files.getLast().getFileName();
        String small = "/" + files.get(1).getFileName();
        double[][] speed = new double[2][ROUNDS];
        long[][] time = new long[2][ROUNDS];
        String[] hosts = {Scene.OURS, Scene.KERNELS};
        for (int warm = 0; warm < WARM_UP; warm++) {
            for (String host : hosts) {
                curl.get("http://" + host + large);
                requests(scene, host, small);
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int side = 0; side < 2; side++) {
                speed[side][round] = curl.get("http://" + hosts[side] + large);
                time[side][round] = requests(scene, hosts[side], small);
            }
        }
        print(scene.link(), speed, time);
    }

    private void print(String link, double[][] speed, long[][] time) {
        for (int side = 0; side < 2; side++) {
            Arrays.sort(speed[side]);
            Arrays.sort(time[side]);
        }
        double ours = speed[0][ROUNDS / 2] * 8 / 1e9;
        double kernels = speed[1][ROUNDS / 2] * 8 / 1e9;
        double oursUs = time[0][ROUNDS / 2] / 1e3;
        double kernelsUs = time[1][ROUNDS / 2] / 1e3;
        if (json) {
            System.out.printf(
                    "{\"link\":\"%s\",\"download_gbit_s\":{\"ours\":%.2f,\"kernel\":%.2f},"
                            + "\"request_us\":{\"ours\":%.1f,\"kernel\":%.1f}}%n",
                    link, ours, kernels, oursUs, kernelsUs);
            return;
        }
        System.out.printf("%-42s %10s %10s%n", "", "ours", "kernel's");
        System.out.printf("%-42s %10.2f %10.2f  Gbit/s%n", "curl, 64 MiB", ours, kernels);
        System.out.printf("%-42s %10.1f %10.1f  us%n", "612 octets, one request after another", oursUs, kernelsUs);
        System.out.println("The same server on both; ours over " + link + ", the kernel's over a veth pair. Medians of "
                + ROUNDS + " interleaved rounds: see bench for more.");
    }

    private static long requests(Scene scene, String host, String path) {
        return scene.user().call(() -> {
            try (Pings pings = new Pings(host, path)) {
                return pings.medianNs(REQUESTS_NS);
            }
        });
    }

    private static List<Path> files(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Random random = new Random(1);
        for (int length : LENGTHS) {
            byte[] content = new byte[length];
            random.nextBytes(content);
            files.add(Files.write(root.resolve(length + ".bin"), content));
        }
        return files;
    }

    private static void clean(Path root) throws IOException {
        try (var files = Files.list(root)) {
            files.forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.delete(root);
    }

    private void say(String line) {
        if (!json) {
            System.out.println(line);
        }
    }
}
