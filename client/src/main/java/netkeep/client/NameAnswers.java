package netkeep.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import netkeep.session.NameMessage;

/// Between answers of a resolver and what `java.net` has.
public final class NameAnswers {
    private NameAnswers() {}

    public static NameMessage.Question question(int number, String name, boolean v4, boolean v6) {
        int what = (v4 ? NameMessage.IPV4 : 0) | (v6 ? NameMessage.IPV6 : 0);
        return new NameMessage.Question(number, what, 0, 0, name);
    }

    public static NameMessage.Question question(int number, InetAddress address) {
        return new NameMessage.Question(number, NameMessage.REVERSE, Addresses.hi(address), Addresses.lo(address), "");
    }

    /// @param asked the name or address, for the message
    /// @throws UnknownHostException if nothing was found
    public static Names.Found found(NameMessage.Answer answer, String asked) throws UnknownHostException {
        if (answer.status() != NameMessage.FOUND) {
            throw new UnknownHostException(asked
                    + switch (answer.status()) {
                        case NameMessage.NO_NAME -> ": there is no such name";
                        case NameMessage.NO_DATA -> ": there is nothing of the kind under this name";
                        default -> ": nobody can say; try again";
                    });
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < answer.addresses().size(); i += 2) {
            addresses.add(Addresses.address(
                    answer.addresses().get(i), answer.addresses().get(i + 1), 0));
        }
        return new Names.Found(addresses, answer.names(), answer.ttl());
    }
}
