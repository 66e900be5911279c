package netkeep.trials.jvm;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Names and addresses, as `InetAddress` finds them.
final class Lookup {
    private Lookup() {}

    /// @param arguments the names, and an address behind them
    public static void main(String[] arguments) throws Exception {
        int last = arguments.length - 1;
        for (String name : Arrays.copyOf(arguments, last)) {
            try {
                System.out.println(name + " " + Arrays.toString(InetAddress.getAllByName(name)));
            } catch (UnknownHostException none) {
                System.out.println("no " + name);
            }
        }
        System.out.println(InetAddress.ofLiteral(arguments[last]).getHostName());
    }
}
