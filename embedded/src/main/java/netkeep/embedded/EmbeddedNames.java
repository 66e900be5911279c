package netkeep.embedded;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import netkeep.client.NameAnswers;
import netkeep.client.Names;
import netkeep.drive.Instants;
import netkeep.names.Advice;
import netkeep.names.Answer;
import netkeep.names.Hosts;
import netkeep.names.Messages;
import netkeep.names.NameSettings;
import netkeep.names.Question;
import netkeep.names.Resolver;
import netkeep.session.NameMessage;

/// The resolver of an embedded stack: the one of a daemon's control, over the program's own channels, in a
/// thread that begins with the first question.
final class EmbeddedNames implements Names, AutoCloseable {
    private final ChannelCarrier carrier;
    private final NameSettings settings;
    private final Hosts hosts;
    private final Supplier<Advice> links;
    private final Set<CompletableFuture<Answer>> waiting = ConcurrentHashMap.newKeySet();

    /// @param links what others on the links say, where `settings` let that go before
    EmbeddedNames(
            SelectorProvider provider, NameSettings settings, Hosts hosts, Instants instants, Supplier<Advice> links) {
        this.settings = settings;
        this.hosts = hosts;
        this.links = links;
        SecureRandom luck = new SecureRandom();
        this.carrier = new ChannelCarrier(
                provider, luck, instants::nowNs, wires -> new Resolver(settings, hosts, wires, luck), this::ended);
    }

    @Override
    public Found addresses(String name, boolean v4, boolean v6) throws UnknownHostException {
        return NameAnswers.found(ask(name, NameAnswers.question(0, name, v4, v6)), name);
    }

    @Override
    public Found names(InetAddress address) throws UnknownHostException {
        String text = address.getHostAddress();
        return NameAnswers.found(ask(text, NameAnswers.question(0, address)), text);
    }

    @SuppressWarnings("CollectionUndefinedEquality") // a future is equal to itself alone
    private NameMessage.Answer ask(String asked, NameMessage.Question message) throws UnknownHostException {
        Question question = Messages.question(message);
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        waiting.add(answer);
        try {
            NameSettings now = settings.advised() == 0 ? settings : settings.advised(links.get());
            if (!carrier.run((resolver, nowNs) -> {
                if (!now.equals(resolver.settings())) {
                    resolver.set(now, hosts);
                }
                resolver.ask(0, question, answer::complete, nowNs);
            })) {
                throw new UnknownHostException(asked + ": the stack is closed");
            }
            return Messages.answer(0, answer.join(), false);
        } catch (CancellationException closed) {
            throw (UnknownHostException) new UnknownHostException(asked + ": the stack is closed").initCause(closed);
        } finally {
            waiting.remove(answer);
        }
    }

    private void ended() {
        waiting.forEach(answer -> answer.cancel(false));
    }

    @Override
    public void close() {
        carrier.close();
    }
}
