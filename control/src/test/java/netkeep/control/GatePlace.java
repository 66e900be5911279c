package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.session.Hello;
import netkeep.session.Hold;
import netkeep.session.Joining;
import netkeep.session.Terms;

/// A gate, and its keeper's end of the line.
final class GatePlace implements AutoCloseable {
    /// What is watched, in the order of its coming.
    static final class Watched implements Gate.Watch {
        final List<Integer> all = new ArrayList<>();

        @Override
        public void add(int descriptor) {
            all.add(descriptor);
        }

        @Override
        public void remove(int descriptor) {
            all.remove(Integer.valueOf(descriptor));
        }

        @Override
        public void hear(Doorbell bell) {
            add(bell.ear());
        }
    }

    private final String path;
    final int listener;
    final Line[] keeper = Line.pair();
    final Line[] names = Line.pair();
    final Watched watched = new Watched();
    final Gate gate;

    /// With room for two sessions.
    ///
    /// @param directory where it listens
    GatePlace(Path directory) {
        this(directory, 2);
    }

    GatePlace(Path directory, int sessions) {
        path = directory.resolve("gate").toString();
        listener = Line.listen(path);
        gate = new Gate(
                keeper[0],
                listener,
                sessions,
                Terms.MOST.layout(),
                List.of(),
                user -> null,
                new NameService(keeper[0], sessions, names[0], NameSettings.DEFAULT, Hosts.NONE, watched, () -> 0),
                watched);
    }

    /// What the keeper is told.
    Word heard() throws IOException {
        Line.Received received = keeper[1].receive();
        received.refuse();
        return Word.of(received.octets());
    }

    /// Somebody who has connected and greeted.
    Line greets() throws IOException {
        Line line = Line.to(path);
        gate.ready(listener);
        line.send(Hello.greeting());
        gate.ready(watched.all.getLast());
        return line;
    }

    /// Somebody who had connected and greeted when control looked.
    Line comes() throws IOException {
        Line line = Line.to(path);
        line.send(Hello.greeting());
        gate.ready(listener);
        return line;
    }

    /// What is said to somebody who gets no session.
    int refusal() throws IOException {
        try (Line line = greets()) {
            Line.Received refusal = Objects.requireNonNull(line.poll(), "is let in");
            return Hello.read(refusal.octets()).errno();
        }
    }

    /// A client that was let in.
    Guest guest(int number) throws IOException {
        Line line = greets();
        int descriptor = watched.all.getLast();
        assertEquals(new Word(Word.WANT, number, ""), heard());
        int[] five = IntStream.range(0, 5)
                .map(each -> Descriptors.duplicate(listener))
                .toArray();
        gate.admitted(number, Terms.MOST.layout(), Granted.Admitted.of(five));
        Line.Received hello = line.receive();
        hello.refuse();
        return new Guest(this, line, descriptor, hello.octets());
    }

    @Override
    public void close() {
        watched.all.forEach(Descriptors::close);
        for (Line line : List.of(keeper[0], keeper[1], names[1])) {
            line.close();
        }
    }

    static final class Guest {
        private final GatePlace place;
        final Line line;
        final int descriptor;
        final byte[] hello;

        private Guest(GatePlace place, Line line, int descriptor, byte[] hello) {
            this.place = place;
            this.line = line;
            this.descriptor = descriptor;
            this.hello = hello;
        }

        void says(byte[] octets, int... descriptors) throws IOException {
            line.send(octets, descriptors);
            place.gate.ready(descriptor);
        }

        /// Hangs up.
        void dies() throws IOException {
            line.close();
            place.gate.ready(descriptor);
        }

        /// Has control hold one end.
        ///
        /// @return the other
        Line holds(int socket) throws IOException {
            return asks(new Hold(socket, 1).octets());
        }

        void deposits() throws IOException {
            int[] all = IntStream.range(0, Joining.DEPOSITED)
                    .map(each -> Descriptors.duplicate(place.listener))
                    .toArray();
            says(Joining.deposit(hello), all);
            IntStream.of(all).forEach(Descriptors::close);
        }

        /// Has control say something over one end of a pair.
        ///
        /// @return the other
        Line asks(byte[] octets) throws IOException {
            Line[] pair = Line.pair();
            says(octets, pair[1].descriptor());
            pair[1].close();
            return pair[0];
        }

        /// Asks for what was deposited.
        Line.Received joins() throws IOException {
            try (Line own = asks(Joining.join())) {
                return own.receive();
            }
        }
    }
}
