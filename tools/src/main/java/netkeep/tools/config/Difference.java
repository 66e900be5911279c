package netkeep.tools.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.names.NameSettings;
import netkeep.placement.Settings;
import netkeep.tools.status.StatusLine;
import org.jspecify.annotations.Nullable;

/// What must change in a daemon that runs so that it is what a configuration says.
///
/// @param remove lines of [Settings] that are to hold no more, in this order
/// @param add    lines that are to hold from now on, after that
/// @param filter the rules that are to hold instead of others, null if they are the same
/// @param fixed  what is different and cannot change while it runs, in words
record Difference(
        List<String> remove, List<String> add, @Nullable List<String> filter, List<String> fixed) {
    boolean none() {
        return remove.isEmpty() && add.isEmpty() && filter == null && fixed.isEmpty();
    }

    /// @param started what the daemon was started with
    /// @param now     its `status` lines
    /// @param rules   its `filter` lines
    /// @param asks    how it would look up names if it was started now
    static Difference of(Config config, Settings started, List<StatusLine> now, List<String> rules, NameSettings asks) {
        Set<String> wanted = new LinkedHashSet<>();
        List<String> fixed = new ArrayList<>();
        // Its numbers of links are those of its start; a link that it does not have cannot get an address.
        List<Integer> numbers = new ArrayList<>();
        for (Config.LinkConfig link : config.links()) {
            int number = number(started, link.name());
            numbers.add(number);
            if (number == 0) {
                fixed.add("[[link]] " + link.name() + " is new");
            } else {
                links(link, started.devices().get(number - 1), fixed);
            }
        }
        for (Settings.Device tap : started.devices()) {
            if (config.links().stream().noneMatch(link -> link.name().equals(tap.name()))) {
                fixed.add("[[link]] " + tap.name() + " is not there any more");
            }
        }
        for (String line : config.lines()) {
            String[] words = line.split(" ");
            int number = numbers.get(Integer.parseInt(words[1]) - 1);
            if (number != 0) {
                words[1] = Integer.toString(number);
                wanted.add(String.join(" ", words));
            }
        }
        if (config.spinNs() != started.spinNs()) {
            fixed.add("spin is " + TimeUnit.NANOSECONDS.toMicros(started.spinNs()));
        }
        if (config.limits().sessions() != started.sessions()) {
            fixed.add("[limits] sessions is " + started.sessions());
        }
        List<String> limits = started.lines().stream()
                .filter(line -> line.startsWith("limit "))
                .toList();
        if (!config.limitLines().equals(limits)) {
            fixed.add("what programs may have ([limits], [[limit]]) is as it was");
        }
        if (!shares(config, started).equals(shares(started))) {
            fixed.add("[[stack]] are as they were: names, order, whom each serves, and queues of the links");
        }
        ways(config, started, asks, fixed);
        fixed.addAll(AtStart.otherwise(started.lines(), config));
        Set<String> holds = holds(now);
        List<String> remove = new ArrayList<>(holds);
        remove.removeAll(wanted);
        List<String> add = new ArrayList<>(wanted);
        add.removeAll(holds);
        // Routes go before the addresses by which their routers are reached, and come after them.
        remove.sort((one, other) -> Boolean.compare(other.startsWith("route"), one.startsWith("route")));
        add.sort((one, other) -> Boolean.compare(one.startsWith("route"), other.startsWith("route")));
        List<String> filter = config.filterLines();
        return new Difference(remove, add, filter.equals(rules) ? null : filter, fixed);
    }

    /// Who is let in, and whom names are asked of.
    private static void ways(Config config, Settings started, NameSettings asks, List<String> fixed) {
        if (!Objects.equals(config.beside(), started.besideTerms())) {
            fixed.add("[beside] is as it was");
        }
        if (!asks.equals(started.names())) {
            fixed.add("[names] is as it was");
        }
    }

    /// Which stacks there are and whom each serves, as lines.
    private static List<String> shares(Config config, Settings started) {
        if (config.stacks().isEmpty()) {
            return List.of();
        }
        String first =
                started.beside().isEmpty() ? "" : started.beside().getFirst().path();
        return config.shareLines(Path.of(first), started.share().stack());
    }

    private static List<String> shares(Settings started) {
        return started.lines().stream()
                .filter(line -> line.matches("(share|stack|lead) .*"))
                .toList();
    }

    private static int number(Settings started, String name) {
        for (int i = 0; i < started.devices().size(); i++) {
            if (started.devices().get(i).name().equals(name)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static void links(Config.LinkConfig link, Settings.Device tap, List<String> fixed) {
        differs(fixed, link, "its device", !link.kind().equals(tap.kind()), "a " + tap.kind());
        differs(fixed, link, "mtu", link.mtu() != 0 && link.mtu() != tap.mtu(), tap.mtu());
        differs(fixed, link, "mac", link.mac() != 0 && link.mac() != tap.mac(), Long.toHexString(tap.mac()));
        differs(fixed, link, "offloads: checksum", link.checksum() != tap.checksum(), tap.checksum());
        differs(fixed, link, "offloads: tso", link.segmentation() != tap.segmentation(), tap.segmentation());
        // An older kernel has none to offer.
        differs(fixed, link, "offloads: uso", !link.udpSegmentation() && tap.udpSegmentation(), true);
    }

    private static void differs(List<String> fixed, Config.LinkConfig link, String key, boolean is, Object now) {
        if (is) {
            fixed.add("[[link]] " + link.name() + ": " + key + " is " + now);
        }
    }

    /// The lines that hold now, of those that a configuration can say.
    private static Set<String> holds(List<StatusLine> now) {
        Set<String> lines = new LinkedHashSet<>();
        for (StatusLine line : now) {
            switch (line.kind()) {
                case "link" -> {
                    if (line.truth("discover")) {
                        lines.add("discover " + line.number("number"));
                    }
                    if (!List.of("", "off").contains(line.text("dhcp"))) {
                        lines.add("dhcp " + line.number("number"));
                    }
                }
                case "address" -> {
                    if (line.truth("manual")) {
                        lines.add("address " + line.number("link") + " " + line.text("address"));
                    }
                }
                case "route" -> {
                    if (line.truth("manual") && !line.text("router").isEmpty()) {
                        lines.add(
                                "route " + line.number("link") + " " + line.text("prefix") + " " + line.text("router"));
                    }
                }
                default -> {
                    // Nothing of it is configured.
                }
            }
        }
        return lines;
    }
}
