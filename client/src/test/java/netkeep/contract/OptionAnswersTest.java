package netkeep.contract;

import static netkeep.contract.Answers.asThePlatform;
import static netkeep.contract.Answers.done;
import static netkeep.contract.Providers.loopback;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The options of channels: what the platform's answer.
@Timeout(60)
public class OptionAnswersTest {
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofOptionsThatAreSetToWhatTheyCannotBe(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (SocketChannel connection = of.openSocketChannel();
                    ServerSocketChannel listener = of.openServerSocketChannel()) {
                for (NetworkChannel channel : List.of(connection, listener, of.openDatagramChannel())) {
                    wrongValues(channel, answers);
                    channel.close();
                    answers.addAll(Answers.of(
                            () -> channel.setOption(StandardSocketOptions.SO_RCVBUF, null),
                            () -> channel.setOption(StandardSocketOptions.SO_RCVBUF, 1)));
                }
            }
            return answers;
        });
    }

    @SuppressWarnings("unchecked") // that is what is asked
    private static void wrongValues(NetworkChannel channel, List<String> answers) {
        List<SocketOption<?>> options = List.of(
                StandardSocketOptions.SO_RCVBUF,
                StandardSocketOptions.SO_REUSEADDR,
                StandardSocketOptions.SO_REUSEPORT,
                StandardSocketOptions.SO_LINGER,
                StandardSocketOptions.TCP_NODELAY,
                StandardSocketOptions.IP_TOS,
                StandardSocketOptions.SO_BROADCAST,
                StandardSocketOptions.IP_MULTICAST_IF,
                StandardSocketOptions.IP_MULTICAST_TTL,
                ExtendedSocketOptions.TCP_KEEPIDLE);
        for (SocketOption<?> option : options) {
            SocketOption<Object> any = (SocketOption<Object>) option;
            answers.addAll(Answers.of(
                    option::name,
                    () -> channel.supportedOptions().contains(option),
                    done(() -> channel.setOption(any, null)),
                    done(() -> channel.setOption(any, "text"))));
        }
        answers.addAll(Answers.of(
                done(() -> channel.setOption(StandardSocketOptions.IP_TOS, -1)),
                done(() -> channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 256)),
                done(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1)),
                () -> channel.getOption(null),
                done(() -> channel.setOption(null, null))));
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofOptionsThatAnAcceptedConnectionHasFromItsListener(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (ServerSocketChannel listener = of.openServerSocketChannel();
                    SocketChannel client = of.openSocketChannel()) {
                listener.setOption(StandardSocketOptions.SO_RCVBUF, 30_000);
                listener.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 40);
                listener.bind(loopback(0));
                client.connect(listener.getLocalAddress());
                try (SocketChannel accepted = listener.accept()) {
                    return Answers.of(
                            () -> accepted.getOption(StandardSocketOptions.SO_RCVBUF),
                            () -> accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE),
                            () -> accepted.getOption(StandardSocketOptions.SO_REUSEADDR),
                            () -> accepted.getOption(StandardSocketOptions.SO_KEEPALIVE),
                            () -> accepted.getOption(StandardSocketOptions.SO_LINGER),
                            accepted::isBlocking);
                }
            }
        });
    }
}
