package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A program that asks a server for work, the same for both sides.
interface Load {
    /// What a run came to.
    ///
    /// @param value  in the job's unit
    /// @param amount requests or octets
    record Outcome(double value, double amount) {}

    List<String> command(Contender against, int ms);

    /// @throws IOException if this is no result, or one with errors
    Outcome outcome(String output) throws IOException;

    /// wrk with one thread, which takes whole seconds only: it is stopped when the time is over, and prints the same.
    static Load wrk(int connections, String path) {
        return new Load() {
            @Override
            public List<String> command(Contender against, int ms) {
                return List.of(
                        "timeout",
                        "--foreground",
                        "--preserve-status",
                        "--signal=INT",
                        String.format(Locale.ROOT, "%.3f", ms / 1e3),
                        "wrk",
                        "-t1",
                        "-c" + connections,
                        "-d" + (ms / 1_000 + 10) + "s",
                        "http://" + against.host() + ":" + against.port() + path);
            }

            @Override
            public Outcome outcome(String output) throws IOException {
                WrkOutput result = WrkOutput.parse(output).sound();
                return new Outcome(result.perSecond(), result.requests());
            }
        };
    }

    /// One octet there and back; the median round trip in microseconds.
    static Load pingpong(CPrograms programs) {
        return new Own(programs, "pingpong") {
            @Override
            public Outcome outcome(String output) throws IOException {
                Figures figures = Figures.of(output);
                return new Outcome(figures.get("p50_ns") / 1e3, figures.get("count"));
            }
        };
    }

    /// One connection after another; how many in a second.
    static Load connects(CPrograms programs) {
        return new Own(programs, "connects") {
            @Override
            public Outcome outcome(String output) throws IOException {
                Figures figures = Figures.of(output);
                return new Outcome(figures.get("count") * 1e9 / figures.get("ns"), figures.get("count"));
            }
        };
    }

    /// One stream in Gbit/s.
    ///
    /// @param way what the load's end does, `read` or `write`
    static Load bulk(CPrograms programs, String way) {
        return new Own(programs, "bulk", way) {
            @Override
            public Outcome outcome(String output) throws IOException {
                Figures figures = Figures.of(output);
                double octets = figures.get("octets");
                return new Outcome(octets * 8 / figures.get("ns"), octets);
            }
        };
    }

    /// redis-benchmark, which counts requests instead of seconds: about as many as a kernel's server answers in them.
    static Load redis(int connections) {
        return new Load() {
            private static final int PER_MS = 60;

            private int asked;

            @Override
            public List<String> command(Contender against, int ms) {
                asked = PER_MS * ms;
                return List.of(
                        "redis-benchmark",
                        "-h",
                        against.host(),
                        "-p",
                        String.valueOf(against.port()),
                        "-c",
                        String.valueOf(connections),
                        "-t",
                        "get",
                        "-n",
                        String.valueOf(asked),
                        "--csv");
            }

            @Override
            public Outcome outcome(String output) throws IOException {
                return new Outcome(number(output, REDIS_GET), asked);
            }
        };
    }

    /// iperf3's client with one stream, which takes whole seconds only.
    ///
    /// @param reverse whether the server sends
    static Load iperf3(boolean reverse) {
        return new Load() {
            @Override
            public List<String> command(Contender against, int ms) {
                List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", against.host()));
                command.addAll(List.of("-p", String.valueOf(against.port()), "-t", String.valueOf((ms + 999) / 1_000)));
                if (reverse) {
                    command.add("-R");
                }
                return command;
            }

            @Override
            public Outcome outcome(String output) throws IOException {
                return new Outcome(number(output, IPERF3_RATE) / 1e9, number(output, IPERF3_OCTETS));
            }
        };
    }

    Pattern REDIS_GET = Pattern.compile("(?m)^\"GET\",\"([0-9.]+)\"");
    Pattern IPERF3_RATE = Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([0-9.e+]+)");
    Pattern IPERF3_OCTETS = Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bytes\":\\s*([0-9]+)");

    private static double number(String output, Pattern pattern) throws IOException {
        Matcher found = pattern.matcher(output);
        if (!found.find()) {
            throw new IOException("no result: " + output);
        }
        return Double.parseDouble(found.group(1));
    }

    /// A program of ours, called with address, port and milliseconds.
    abstract class Own implements Load {
        private final CPrograms programs;
        private final String name;
        private final List<String> first;

        Own(CPrograms programs, String name, String... first) {
            this.programs = programs;
            this.name = name;
            this.first = List.of(first);
        }

        @Override
        public List<String> command(Contender against, int ms) {
            List<String> arguments = new ArrayList<>(first);
            arguments.addAll(List.of(against.host(), String.valueOf(against.port()), String.valueOf(ms)));
            return programs.command(name, arguments.toArray(String[]::new));
        }
    }
}
