package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.bench.Namespaces.Place;

/// How long a command takes from its start to the first SYN that it answers, with both cores to itself. The kernel's
/// side is nginx.
final class StartJob {
    private static final int PATIENCE_MS = 20_000;
    private static final String PORT = "80";

    private final Lab lab;
    private final Plan plan;
    private final Servers servers;

    StartJob(Lab lab, Plan plan, Servers servers) {
        this.lab = lab;
        this.plan = plan;
        this.servers = servers;
    }

    Row measure() throws IOException, InterruptedException {
        double[] ours = new double[plan.rounds()];
        double[] kernel = new double[plan.rounds()];
        Weather weather = new Weather(lab, plan.probeMs());
        // The first start of either fills the page cache, and does not count.
        once(Place.LOAD, Namespaces.OUR_SERVER, servers.httpCommand());
        once(Place.SERVER, Namespaces.KERNEL_SERVER, servers.nginxCommand("nginx", Namespaces.KERNEL_SERVER));
        for (int round = 0; round < plan.rounds(); round++) {
            weather.look();
            ours[round] = once(Place.LOAD, Namespaces.OUR_SERVER, servers.httpCommand());
            kernel[round] = once(
                    Place.SERVER, Namespaces.KERNEL_SERVER, servers.nginxCommand("nginx", Namespaces.KERNEL_SERVER));
        }
        Samples oursMs = new Samples(ours);
        Samples kernelMs = new Samples(kernel);
        return new Row(
                Job.START,
                "embedded",
                "tap",
                oursMs,
                kernelMs,
                oursMs.over(kernelMs),
                null,
                null,
                0,
                weather.end(),
                List.of(),
                null);
    }

    /// @return milliseconds
    private double once(Place place, String host, List<String> command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(host, PORT, String.valueOf(PATIENCE_MS)));
        arguments.addAll(command);
        List<String> whole = lab.programs().command("start", arguments.toArray(String[]::new));
        return Figures.of(lab.run(place, PATIENCE_MS, whole)).get("ns") / 1e6;
    }
}
