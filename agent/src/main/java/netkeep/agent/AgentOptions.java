package netkeep.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.client.Attached;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.client.Rules;
import netkeep.domain.Welcome;
import netkeep.embedded.Embedded;
import netkeep.embedded.EmbeddedBuilder;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.names.SystemFiles;
import org.jspecify.annotations.Nullable;

/// What stands behind `-javaagent:netkeep.jar=`: options `NAME=VALUE` with commas between them.
///
/// | option | what it says |
/// | --- | --- |
/// | `session` | where the daemon's socket is; else NETKEEP_SESSION says it, else it is this user's usual one |
/// | `link` | `tap:NAME` or `packet:NAME`: the stack is in this process, on that link |
/// | `address` | of an embedded stack, like `198.18.0.2/24`; repeatable |
/// | `router` | of an embedded stack, for all that is not on the link; repeatable |
/// | `dhcp`, `discover` | an embedded stack's address from a server; from IPv6 routers. Without a value |
/// | `spin` | microseconds that a thread that waits spins |
/// | `kernel`, `netkeep` | rules: see [AddressRules#add]; repeatable, in the order of asking |
final class AgentOptions {
    /// How long the end of the JVM waits for peers that have not taken what was sent to them.
    private static final long LINGER_MS = 10_000;

    private static final String SESSION = "NETKEEP_SESSION";

    private final AddressRules rules = new AddressRules();
    private final List<String> addresses = new ArrayList<>();
    private final List<String> routers = new ArrayList<>();
    private @Nullable String session;
    private @Nullable String link;
    private boolean dhcp;
    private boolean discover;
    private long spinMicros = -1;

    /// @throws IllegalArgumentException if they make no sense
    AgentOptions(@Nullable String text) {
        for (String option : (text == null ? "" : text).split(",")) {
            if (!option.isBlank()) {
                int is = option.indexOf('=');
                take(is < 0 ? option : option.substring(0, is), is < 0 ? "" : option.substring(is + 1));
            }
        }
        if (link != null && session != null) {
            throw new IllegalArgumentException("a stack at a session, or one on a link: not both");
        }
        if (link == null && !(addresses.isEmpty() && routers.isEmpty() && !dhcp && !discover)) {
            throw new IllegalArgumentException("address, router, dhcp and discover are for a stack with a link");
        }
        if (link != null && addresses.isEmpty() && !dhcp && !discover) {
            throw new IllegalArgumentException("link without address=ADDRESS/LENGTH, dhcp or discover");
        }
    }

    private void take(String name, String value) {
        switch (name) {
            case "session" -> session = value;
            case "link" -> link = value;
            case "address" -> addresses.add(value);
            case "router" -> routers.add(value);
            case "dhcp" -> dhcp = true;
            case "discover" -> discover = true;
            case "spin" -> spinMicros = micros(value);
            case "kernel" -> rules.add(false, value);
            case "netkeep" -> rules.add(true, value);
            default ->
                throw new IllegalArgumentException("unknown option \"" + name + "\": there are session, link, address, "
                        + "router, dhcp, discover, spin, kernel and netkeep");
        }
    }

    private static long micros(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("spin=" + text + ": a number of microseconds", e);
        }
    }

    Rules rules() {
        return rules;
    }

    /// Whether all sockets are to be the kernel's: no option says where a stack is, and NETKEEP_SESSION is set to
    /// nothing.
    boolean leave() {
        return session == null && link == null && "".equals(System.getenv(SESSION));
    }

    /// Attaches to the daemon, or starts the stack.
    ///
    /// @throws IOException if it cannot be; its message says why
    WantedStack.Begun start() throws IOException {
        try {
            String on = link;
            if (on != null) {
                Embedded stack = embedded(on).start();
                // The kernel goes on sending for a process that has ended; this stack ends with it.
                LastHook.put(stack::close);
                return new WantedStack.Begun((NetkeepSelectorProvider) stack.provider(), stack.names());
            }
            long spinNs = Math.max(0, spinMicros) * 1000;
            Attached stack = Attached.to(path(), spinNs, false);
            return new WantedStack.Begun((NetkeepSelectorProvider) stack.provider(), stack.names());
        } catch (RuntimeException refused) {
            throw new IOException("netkeep: " + refused.getMessage(), refused);
        }
    }

    private String path() {
        if (session != null) {
            return session;
        }
        String told = System.getenv(SESSION);
        return told == null ? Welcome.directory().resolve("session").toString() : told;
    }

    private EmbeddedBuilder embedded(String on) {
        EmbeddedBuilder plan = Embedded.builder()
                .link(on, addresses)
                .lingerMillis(LINGER_MS)
                .names(
                        SystemFiles.resolvConf(file("/etc/resolv.conf"))
                                .advised(NameSettings.SERVERS | NameSettings.NAMES),
                        new Hosts(file("/etc/hosts")));
        if (dhcp) {
            plan.dhcp();
        }
        if (discover) {
            plan.discover();
        }
        for (String router : routers) {
            plan.route(router.contains(":") ? "::/0" : "0.0.0.0/0", router);
        }
        if (spinMicros >= 0) {
            plan.spinMicros(spinMicros);
        }
        return plan;
    }

    /// The text of a file of the system's, none where there is none.
    private static String file(String path) {
        try {
            return Files.readString(Path.of(path), StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            return "";
        }
    }
}
