package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
                WrkOutput result = WrkOutput.parse(output);
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
