package netkeep.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// What sockets and channels answer, as text without what is another each time: so that the JDK's own and ours can be
/// compared without anybody having written down what the JDK's answer is.
public final class Answers {
    /// Asks some questions of one provider's channels.
    interface Asking {
        List<String> ask(SelectorProvider of) throws Exception;
    }

    /// Something that is done, and gives no value.
    public interface Act {
        void run() throws Exception;
    }

    private Answers() {}

    /// A provider answers as the platform's does.
    static void asThePlatform(SelectorProvider provider, Asking asking) throws Exception {
        assertEquals(asking.ask(SelectorProvider.provider()), asking.ask(provider));
    }

    /// What becomes of each of some calls, one after another.
    public static List<String> of(Callable<?>... calls) {
        List<String> answers = new ArrayList<>();
        for (Callable<?> call : calls) {
            FutureTask<?> task = new FutureTask<>(call);
            task.run();
            boolean answered = task.state() == Future.State.SUCCESS;
            answers.add(answers.size() + " " + (answered ? text(task.resultNow()) : text(task.exceptionNow())));
        }
        return answers;
    }

    /// As [#of], with the calling thread interrupted before each call. It is not interrupted behind them.
    static List<String> interrupted(Callable<?>... calls) {
        List<String> answers = new ArrayList<>();
        for (Callable<?> call : calls) {
            Thread.currentThread().interrupt();
            answers.addAll(of(call));
            answers.add(Thread.interrupted() ? "interrupted" : "not interrupted");
        }
        return answers;
    }

    /// An act as a call.
    public static Callable<String> done(Act act) {
        return () -> {
            act.run();
            return "done";
        };
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case InetSocketAddress at -> text(at.getAddress()) + (at.getPort() == 0 ? " port 0" : " some port");
            case InetAddress address -> address.isAnyLocalAddress() ? "any address" : address.getHostAddress();
            case null, default -> String.valueOf(value).replaceAll("\\b\\d{4,5}\\b", "PORT");
        };
    }

    /// Of a failure its class; of one of a socket its words, too.
    private static String text(Throwable failure) {
        if (failure instanceof AsynchronousCloseException && failure.getClass() == AsynchronousCloseException.class) {
            return ClosedChannelException.class.getSimpleName(); // who closed it when is no matter here
        }
        if (failure instanceof ExecutionException && failure.getCause() != null) {
            return "ExecutionException of " + text(failure.getCause());
        }
        boolean tells = failure instanceof IOException && failure.getMessage() != null;
        return failure.getClass().getSimpleName() + (tells ? ": " + failure.getMessage() : "");
    }
}
