package netkeep.placement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import netkeep.control.Taken;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.Sockets;
import netkeep.session.Terms;

/// Takes a stack over that never was, on regions of its own: a standby does it, so that the code of a takeover is
/// loaded, and some of it compiled, when it is needed. It does it as either placement has it: with one alone a
/// successor would run what is compiled for the links of the other.
final class Takeover {
    /// The first is the slow one.
    private static final int ROUNDS = 12;

    private static final int TURNS = 64;
    private static final int EVENTS = 64;
    private static final List<String> QUESTIONS = List.of("status", "nstat", "ss 0");
    private static final long MAC = 0x02_00_00_00_00_01L;

    /// Factored: a part of each kind but the link, which needs a device.
    static final Settings SETTINGS = new Settings(
            List.of("stack"),
            0,
            true,
            List.of(new Settings.Device(Settings.TAP, "rehearsal", 1500, MAC, true, true, false)),
            List.of("address 1 198.18.9.1/24"));

    /// Monolithic: control beside the stack, and the device is the stack's.
    private static final Settings WHOLE = SETTINGS.with(List.of("stack", "control"), 0, false);

    private final int ledger = Shared.make("rehearsal", SETTINGS.ledgerLength());
    private final int frames = Shared.make("rehearsal", SETTINGS.framesLength());
    private final int up = Shared.make("rehearsal", LinkRing.UP);
    private final int down = Shared.make("rehearsal", LinkRing.DOWN);
    private final int hand = Shared.make("rehearsal", Taken.LENGTH);
    private final int client = Shared.make("rehearsal", Settings.LAYOUT.clientLength());
    private final int stack = Shared.make("rehearsal", Settings.LAYOUT.stackLength());

    /// Nothing comes from there, and what is sent nobody reads.
    private final int[] device = Sockets.pair(Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK);

    private Takeover() {}

    /// Does it some times; each time what lies in the regions is what the last one left.
    ///
    /// @param goesOn whether it is wanted still, once it has done it
    static void rehearse(BooleanSupplier goesOn) throws IOException {
        Takeover takeover = new Takeover();
        for (int round = 0; round < ROUNDS && goesOn.getAsBoolean(); round++) {
            takeover.round(round % 2 == 0);
        }
        takeover.end();
    }

    private void round(boolean apart) throws IOException {
        int[] bell = Doorbell.pair();
        int[] clientBell = Doorbell.pair();
        Line[] lines = Line.pair();
        Line[] own = Line.pair();
        Line[] programs = Line.pair();
        Grants grants = apart ? factored(bell) : monolithic(programs[0].descriptor());
        try (Line keeper = lines[0];
                Line domains = lines[1];
                Epoll epoll = new Epoll(EVENTS);
                Arena arena = Arena.ofShared()) {
            String terms = Terms.USUAL.text();
            keeper.send(new Word(Word.SERVE, 0, terms).octets(), client, stack, clientBell[0], clientBell[1]);
            keeper.send(new Word(Word.LEAVE, 0, "").octets());
            keeper.send(new Word(Word.BEGIN, 0, "").octets());
            Domain domain = new Domain(domains, grants, own[0], epoll, arena);
            domain.begin();
            for (String question : QUESTIONS) {
                keeper.send(new Word(Word.ASK, 0, question).octets());
                domain.hear();
            }
            domain.turns(TURNS);
        }
        for (int i = 0; i < own.length; i++) {
            own[i].close();
            programs[i].close();
        }
        for (int i = 0; i < bell.length; i++) {
            Descriptors.close(bell[i]);
            Descriptors.close(clientBell[i]);
        }
    }

    private Grants factored(int[] bell) {
        Map<String, Integer> granted = common();
        granted.put(Grants.UP + 1, Descriptors.duplicate(up));
        granted.put(Grants.DOWN + 1, Descriptors.duplicate(down));
        granted.put(Grants.VOICE + 1, bell[2]);
        granted.put(Grants.EAR + 1, bell[3]);
        return new Grants(SETTINGS, granted, 1);
    }

    private Grants monolithic(int listener) {
        Map<String, Integer> granted = common();
        granted.put(Grants.LISTENER, listener);
        granted.put(Grants.CONTROL_HAND, Descriptors.duplicate(hand));
        return new Grants(WHOLE, granted, 1);
    }

    private Map<String, Integer> common() {
        Map<String, Integer> granted = new HashMap<>();
        granted.put(Grants.LEDGER, Descriptors.duplicate(ledger));
        granted.put(Grants.FRAMES, Descriptors.duplicate(frames));
        granted.put(Grants.DEVICE + 1, device[0]);
        return granted;
    }

    private void end() {
        for (int descriptor : new int[] {ledger, frames, up, down, hand, client, stack, device[0], device[1]}) {
            Descriptors.close(descriptor);
        }
    }
}
