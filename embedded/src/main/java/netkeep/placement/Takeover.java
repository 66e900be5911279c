package netkeep.placement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.session.Terms;

/// Takes a stack over that never was, on regions of its own: a standby does it, so that the code of a takeover is
/// loaded, and some of it compiled, when it is needed.
final class Takeover {
    /// The first is the slow one.
    private static final int ROUNDS = 8;

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

    private Takeover() {}

    /// Does it some times; each time what lies in the regions is what the last one left.
    ///
    /// @param goesOn whether it is wanted still, once it has done it
    static void rehearse(BooleanSupplier goesOn) throws IOException {
        int ledger = Shared.make("rehearsal", SETTINGS.ledgerLength());
        int frames = Shared.make("rehearsal", SETTINGS.framesLength());
        int up = Shared.make("rehearsal", LinkRing.UP);
        int down = Shared.make("rehearsal", LinkRing.DOWN);
        // What is sent there is gone.
        int device = Descriptors.open("/dev/null", Descriptors.O_WRONLY | Descriptors.O_CLOEXEC);
        int client = Shared.make("rehearsal", Settings.LAYOUT.clientLength());
        int stack = Shared.make("rehearsal", Settings.LAYOUT.stackLength());
        for (int round = 0; round < ROUNDS && goesOn.getAsBoolean(); round++) {
            int[] bell = Doorbell.pair();
            int[] clientBell = Doorbell.pair();
            Grants grants = new Grants(
                    SETTINGS,
                    Map.of(
                            Grants.LEDGER,
                            Descriptors.duplicate(ledger),
                            Grants.FRAMES,
                            Descriptors.duplicate(frames),
                            Grants.DEVICE + 1,
                            device,
                            Grants.UP + 1,
                            Descriptors.duplicate(up),
                            Grants.DOWN + 1,
                            Descriptors.duplicate(down),
                            Grants.VOICE + 1,
                            bell[2],
                            Grants.EAR + 1,
                            bell[3]),
                    1);
            Line[] lines = Line.pair();
            try (Line keeper = lines[0];
                    Line domains = lines[1];
                    Epoll epoll = new Epoll(EVENTS);
                    Arena arena = Arena.ofShared()) {
                String terms = Terms.USUAL.text();
                keeper.send(new Word(Word.SERVE, 0, terms).octets(), client, stack, clientBell[0], clientBell[1]);
                keeper.send(new Word(Word.LEAVE, 0, "").octets());
                keeper.send(new Word(Word.BEGIN, 0, "").octets());
                Domain domain = new Domain(domains, grants, epoll, arena);
                domain.begin();
                for (String question : QUESTIONS) {
                    keeper.send(new Word(Word.ASK, 0, question).octets());
                    domain.hear();
                }
                domain.turns(TURNS);
            }
            for (int i = 0; i < bell.length; i++) {
                Descriptors.close(bell[i]);
                Descriptors.close(clientBell[i]);
            }
        }
        for (int region : new int[] {ledger, frames, up, down, client, stack, device}) {
            Descriptors.close(region);
        }
    }
}
