package netkeep.tools.status;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.client.Attached;
import netkeep.client.Names;
import netkeep.tools.JsonText;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep resolve`: names as a daemon's programs find them.
@Command(
        name = "resolve",
        description = "Looks up names, and the names of addresses, with a daemon's resolver, as its programs do.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ResolveCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names, or addresses of which names are wanted.")
    private List<String> asked = new ArrayList<>();

    @Option(names = "-4", description = "Addresses of IPv4 alone.")
    private boolean four;

    @Option(names = "-6", description = "Addresses of IPv6 alone.")
    private boolean six;

    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Of the daemon whose programs attach there (default: this user's).")
    private @Nullable Path session;

    @Option(
            names = {"-j", "--json"},
            description = "As JSON, a line each.")
    private boolean json;

    /// For picocli.
    public ResolveCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        int failed = 0;
        Path path = session == null ? Places.own("session") : session;
        try (Attached stack = Attached.to(path.toString())) {
            for (String name : asked) {
                try {
                    tell(out, name, found(stack.names(), name));
                } catch (UnknownHostException none) {
                    failed = 1;
                    err.println("netkeep: " + none.getMessage());
                }
            }
        }
        out.flush();
        err.flush();
        return failed;
    }

    private Names.Found found(Names names, String name) throws UnknownHostException {
        byte @Nullable [] address = octets(name);
        boolean both = four == six;
        return address == null
                ? names.addresses(name, both || four, both || six)
                : names.names(InetAddress.getByAddress(address));
    }

    private static byte @Nullable [] octets(String text) {
        try {
            return Address.parse(text).octets();
        } catch (IllegalArgumentException name) {
            return null;
        }
    }

    private void tell(PrintWriter out, String name, Names.Found found) {
        List<String> addresses =
                found.addresses().stream().map(InetAddress::getHostAddress).toList();
        if (json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("asked", name);
            object.put("addresses", addresses);
            object.put("names", found.names());
            object.put("ttl", (long) found.ttl());
            out.println(JsonText.line(object));
            return;
        }
        for (String one : addresses.isEmpty() ? found.names() : addresses) {
            String alias = addresses.isEmpty() || found.names().contains(name) ? "" : "  " + found.names();
            out.println(name + "  " + one + "  " + found.ttl() + " s" + alias);
        }
    }
}
