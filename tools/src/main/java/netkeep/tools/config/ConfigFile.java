package netkeep.tools.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ip.Rule;
import netkeep.placement.Settings;
import netkeep.session.BesideTerms;
import netkeep.tools.CannotHere;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/// Reads a configuration, and notes all that is wrong in it.
public final class ConfigFile {
    private static final int SPIN_MICROS = 50;
    static final int MOST_SPIN_MICROS = 1_000_000_000;
    private static final int LEAST_MTU_6 = 1280;
    private static final int LEAST_MTU = 68;
    private static final int MOST_MTU = 65_521;
    private static final int MOST_QUEUES = 256;
    private static final List<String> OFFLOADS = List.of("checksum", "tso", "uso");

    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /// What a file says.
    ///
    /// @param config   null if there are problems
    /// @param problems in the order of their lines
    public record Read(@Nullable Config config, List<Problem> problems) {}

    private ConfigFile() {}

    /// Reads a text.
    public static Read read(String text) {
        return new ConfigFile().all(text);
    }

    /// Reads a file.
    ///
    /// @throws CannotHere if there are problems in it: all of them, a line each
    public static Config of(Path file) throws IOException {
        Read read = read(Files.readString(file));
        if (read.config() == null) {
            throw new CannotHere(String.join("\nnetkeep: ", said(file, read.problems())));
        }
        return read.config();
    }

    /// The problems as lines that tell the file, too.
    public static List<String> said(Path file, List<Problem> problems) {
        return problems.stream().map(problem -> file + ":" + problem).toList();
    }

    private Read all(String text) {
        TomlParseResult parsed = Toml.parse(text);
        if (parsed.hasErrors()) {
            for (TomlParseError error : parsed.errors()) {
                problems.add(new Problem(error.position().line(), "not TOML: " + error.getMessage()));
            }
            return failed();
        }
        TableReader reader = new TableReader(parsed, "", 1, problems);
        String placement = reader.word("placement", Config.MONOLITHIC, List.of(Config.MONOLITHIC, Config.FACTORED));
        String session = reader.string("session");
        if (session != null && session.length() > 107) {
            reader.problem("session", "the path of a UNIX socket has 107 octets at most: choose a shorter one");
        }
        String reports = reader.string("reports");
        long spinNs = TimeUnit.MICROSECONDS.toNanos(reader.number("spin", SPIN_MICROS, 0, MOST_SPIN_MICROS));
        List<TableReader> tables = reader.tables("stack");
        int stacks = Math.max(1, tables.size());
        BesideTerms beside = new BesideReader(problems).read(reader.table("beside"), stacks);
        List<Config.LinkConfig> links = new ArrayList<>();
        for (TableReader table : reader.tables("link")) {
            links.add(link(table, stacks, beside != null));
        }
        if (links.isEmpty()) {
            problems.add(new Problem(1, "there is no link: write [[link]] and, below it, tap = \"NAME\""));
        }
        List<Config.RouteConfig> routes = new ArrayList<>();
        for (TableReader table : reader.tables("route")) {
            Config.RouteConfig route = route(table, links);
            if (route != null) {
                routes.add(route);
            }
        }
        List<Rule> filter = new FilterReader(problems).all(reader.tables("filter"));
        Config.Limits limits = new LimitsReader(problems).all(reader);
        List<Config.StackConfig> sharing =
                tables.isEmpty() ? List.of() : new StackReader(problems).all(tables, session, spinNs, limits);
        Config.Names asked = new NamesReader().all(reader);
        reader.close();
        if (!problems.isEmpty()) {
            return failed();
        }
        Config config = new Config(
                placement,
                session == null ? null : Path.of(session),
                reports == null ? null : Path.of(reports),
                spinNs,
                links,
                routes,
                filter,
                limits,
                sharing,
                beside,
                asked);
        return new Read(config, List.of());
    }

    private Read failed() {
        Collections.sort(problems);
        return new Read(null, List.copyOf(problems));
    }

    private Config.LinkConfig link(TableReader table, int stacks, boolean beside) {
        String kind = table.has("packet") ? Settings.PACKET : Settings.TAP;
        String name = name(table, kind);
        int mtu = table.number("mtu", 0, LEAST_MTU, MOST_MTU);
        long mac = mac(table);
        int queues = table.number("queues", stacks, 1, MOST_QUEUES);
        if (queues != stacks) {
            table.problem("queues", "each stack serves one queue: write " + stacks + ", or leave it out");
        } else if ((stacks > 1 || beside) && kind.equals(Settings.PACKET)) {
            String other = beside ? "[beside]" : "[[stack]]";
            table.problem(Settings.PACKET, "a packet socket has one queue, for one stack: write tap, or no " + other);
        }
        List<String> named = table.strings("offloads", ConfigFile::offload);
        List<String> offloads = table.has("offloads") ? named : OFFLOADS;
        if (!offloads.isEmpty() && !offloads.contains("checksum")) {
            table.problem("offloads", "tso and uso need checksum: add it");
        }
        List<String> addresses = table.strings("addresses", AddressValue::check);
        boolean slaac = table.truth("slaac", false);
        boolean dhcp = table.truth("dhcp", false);
        if (dhcp && stacks > 1) {
            table.problem("dhcp", "a server lends an address to one stack: write addresses, or no [[stack]]");
        }
        List<String> kernels = table.strings("kernel-addresses", AddressValue::check);
        if (kind.equals(Settings.PACKET) && !kernels.isEmpty()) {
            table.problem("kernel-addresses", "the other end of a packet link is not ours: take it away");
        }
        if (addresses.isEmpty() && !slaac && !dhcp && !table.has("addresses")) {
            String remedy = "write addresses = [\"ADDRESS/LENGTH\"], dhcp = true or slaac = true";
            problems.add(new Problem(table.line(), "[[link]] without an address: " + remedy));
        }
        together(table, mtu, addresses, kernels, slaac);
        table.close();
        return new Config.LinkConfig(
                kind,
                name,
                mtu,
                mac,
                queues,
                beside,
                offloads.contains("checksum"),
                offloads.contains("tso"),
                offloads.contains("uso"),
                addresses,
                slaac,
                dhcp,
                kernels);
    }

    private String name(TableReader table, String kind) {
        // Both are read, so that neither is unknown.
        String tap = table.string(Settings.TAP);
        String packet = table.string(Settings.PACKET);
        String name = kind.equals(Settings.TAP) ? tap : packet;
        if (table.has(Settings.TAP) && table.has(Settings.PACKET)) {
            table.problem(Settings.PACKET, "a link has one device: take it away, or tap");
        } else if (name == null) {
            if (!table.has(kind)) {
                String remedy = "write tap = \"NAME\" or packet = \"NAME\" below it";
                problems.add(new Problem(table.line(), "[[link]] without a device: " + remedy));
            }
        } else if (name.isEmpty() || name.length() > 15 || name.matches(".*[\\s/].*")) {
            table.problem(kind, "\"" + name + "\": the name of an interface has 1..15 octets, no blank and no slash");
        } else if (!names.add(name)) {
            table.problem(kind, "\"" + name + "\" is another link's already: choose another name");
        }
        return name == null ? "" : name;
    }

    /// What is possible each by itself, but not together.
    private static void together(
            TableReader table, int mtu, List<String> addresses, List<String> kernels, boolean slaac) {
        List<Address> ours = addresses.stream().map(AddressValue::address).toList();
        boolean six = slaac || ours.stream().anyMatch(address -> !address.isV4());
        if (six && mtu != 0 && mtu < LEAST_MTU_6) {
            table.problem("mtu", mtu + ": IPv6 needs 1280 at least; take its addresses away or write more");
        }
        if (Set.copyOf(ours).size() < ours.size()) {
            table.problem("addresses", "one of them is there twice: take it away");
        }
        if (kernels.stream().map(AddressValue::address).anyMatch(ours::contains)) {
            table.problem("kernel-addresses", "the two sides of a link cannot have the same address: change one");
        }
    }

    private static long mac(TableReader table) {
        String text = table.string("mac");
        if (text != null) {
            try {
                return AddressValue.mac(text);
            } catch (IllegalArgumentException wrong) {
                table.problem("mac", "\"" + text + "\": " + wrong.getMessage());
            }
        }
        return 0;
    }

    private static void offload(String text) {
        if (!OFFLOADS.contains(text)) {
            throw new IllegalArgumentException("it is none of " + String.join(", ", OFFLOADS));
        }
    }

    private Config.@Nullable RouteConfig route(TableReader table, List<Config.LinkConfig> links) {
        String to = table.string("to");
        String via = table.string("via");
        String name = table.string("link");
        table.close();
        for (String key : List.of("to", "via")) {
            if (!table.has(key)) {
                String remedy = key.equals("to") ? "to = \"PREFIX/LENGTH\" or \"default\"" : "via = \"ADDRESS\"";
                problems.add(new Problem(table.line(), "[[route]] without " + key + ": write " + remedy));
            }
        }
        if (name == null && links.size() > 1) {
            problems.add(new Problem(table.line(), "[[route]]: there are several links: write link = \"NAME\""));
        }
        int link = 1;
        while (name != null
                && link <= links.size()
                && !links.get(link - 1).name().equals(name)) {
            link++;
        }
        if (link > links.size() && !links.isEmpty()) {
            table.problem("link", "\"" + name + "\": there is no [[link]] with such a device");
        }
        if (to == null || via == null) {
            return null;
        }
        Address router;
        try {
            router = Address.parse(via);
        } catch (IllegalArgumentException wrong) {
            table.problem("via", "\"" + via + "\" is no address of a router: write one without a length");
            return null;
        }
        try {
            return new Config.RouteConfig(AddressValue.prefix(to, router), router.toString(), link);
        } catch (IllegalArgumentException wrong) {
            table.problem("to", "\"" + to + "\": " + wrong.getMessage() + ": write PREFIX/LENGTH or default");
            return null;
        }
    }
}
