package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import netkeep.session.NameMessage;
import netkeep.wire.Address;

/// Questions and answers as programs and control say them to each other.
public final class Messages {
    private Messages() {}

    /// @throws IllegalArgumentException if it asks nothing
    public static Question question(NameMessage.Question asked) {
        return asked.what() == NameMessage.REVERSE
                ? new Question.Reverse(Address.of(asked.hi(), asked.lo()))
                : new Question.Forward(
                        asked.name(), (asked.what() & NameMessage.IPV4) != 0, (asked.what() & NameMessage.IPV6) != 0);
    }

    /// @param number   of the question
    /// @param nobody whether there is no server to ask
    public static NameMessage.Answer answer(int number, Answer answer, boolean nobody) {
        List<Long> addresses = new ArrayList<>();
        for (Address address : answer.addresses()) {
            addresses.add(address.hi());
            addresses.add(address.lo());
        }
        int status = switch (answer.status()) {
            case FOUND -> NameMessage.FOUND;
            case NO_NAME -> NameMessage.NO_NAME;
            case NO_DATA -> NameMessage.NO_DATA;
            case TRY_AGAIN -> nobody ? NameMessage.NOBODY : NameMessage.TRY_AGAIN;
        };
        List<String> names = new ArrayList<>();
        if (answer.names().isEmpty() && !answer.addresses().isEmpty()) {
            names.add(answer.canonical().toString());
        }
        answer.names().forEach(name -> names.add(name.toString()));
        return new NameMessage.Answer(number, status, answer.ttl(), addresses, names);
    }
}
