package netkeep.placement;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Pulse;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.names.Hosts;
import netkeep.ring.Region;

/// What a domain was given to begin with: settings, and descriptors by their names.
///
/// @param settings    as [Settings] says them
/// @param predecessor how it ended, as [Word#GRANT] says it
public record Grants(Settings settings, Map<String, Integer> descriptors, int predecessor) {
    /// It died of itself: by what it had in hand, perhaps.
    private static final int BLAMED = 2;

    /// Names of what is granted; a link's number follows where there is one of each.
    public static final String LEDGER = "ledger";

    /// Where a stack keeps the frames of a turn.
    public static final String FRAMES = "frames";

    public static final String LISTENER = "listener";

    /// The text of a hosts file: a region of its length, to be read.
    public static final String HOSTS = "hosts";

    public static final String DEVICE = "device.";

    /// A link's region, which it writes; and the stack's for it.
    public static final String UP = "up.";

    public static final String DOWN = "down.";

    /// The doorbell between a link and the stack, the end of whoever is granted it.
    public static final String VOICE = "voice.";

    public static final String EAR = "ear.";

    /// The regions of the stacks that have the same addresses, this one's own among them, and the doorbells between it
    /// and each; their numbers follow.
    public static final String PEER = "peer.";

    public static final String PEER_VOICE = "peer-voice.";

    public static final String PEER_EAR = "peer-ear.";

    /// The region of the daemon's ports, where a program's own stack may be beside it; and the same to be read, for
    /// control to pass on.
    public static final String PORTS = "ports";

    public static final String PORTS_READ = "ports-read";

    /// The region to which a domain copies what somebody captures; and, with a number behind it, the regions of all
    /// domains, for control to pass on.
    public static final String CAPTURE = "capture";

    public static final String CAPTURES = "capture.";

    /// The two regions of a session in a [Recording]; its number follows.
    public static final String CLIENT = "client.";

    public static final String STACK = "stack.";

    /// What the names of regions begin with in which a part notes what it has in hand; and those of a link, whose
    /// number follows, and of control.
    public static final String HAND = "hand.";

    public static final String LINK_HAND = HAND + "link.";

    public static final String CONTROL_HAND = HAND + "control";

    /// A region of the domain's own, for its sign of life; its name follows.
    public static final String PULSE = "pulse.";

    /// @throws IllegalArgumentException if this is no grant
    static Grants of(Line.Received received) {
        Word word = Word.of(received.octets());
        int end = word.text().indexOf('\n');
        if (word.kind() != Word.GRANT || end < 0) {
            throw new IllegalArgumentException("expected a grant, not " + word);
        }
        String[] names = word.text().substring(0, end).split(" ");
        int[] all = received.descriptors();
        Map<String, Integer> descriptors = new HashMap<>();
        for (int i = 0; i < all.length; i++) {
            descriptors.put(names[i], all[i]);
        }
        return new Grants(Settings.parse(word.text().substring(end + 1)), descriptors, word.number());
    }

    /// Whether there was somebody before.
    boolean inherited() {
        return predecessor != 0;
    }

    /// Whether that one died of itself, and was not killed.
    boolean blamed() {
        return predecessor == BLAMED;
    }

    Doorbell peerBell(int stack) {
        return new Doorbell(descriptor(PEER_VOICE + stack), descriptor(PEER_EAR + stack));
    }

    Doorbell bell(int link) {
        return new Doorbell(descriptor(VOICE + link), descriptor(EAR + link));
    }

    /// The descriptors of all domains' capture regions.
    int[] captures() {
        return descriptors.entrySet().stream()
                .filter(grant -> grant.getKey().startsWith(CAPTURES))
                .mapToInt(Map.Entry::getValue)
                .toArray();
    }

    /// The sign of life: of whoever is granted none, nobody watches it.
    Pulse pulse(Arena arena) {
        for (Map.Entry<String, Integer> grant : descriptors.entrySet()) {
            if (grant.getKey().startsWith(PULSE)) {
                return new Pulse(Shared.map(arena, grant.getValue(), Pulse.LENGTH, true));
            }
        }
        return Pulse.unseen(arena);
    }

    /// The region in which a part notes what it has in hand. A keeper of before there was one grants none: then nobody
    /// sees it.
    Region hand(String name, long length, Arena arena) {
        Integer granted = descriptors.get(name);
        return granted == null
                ? new Region(arena.allocate(length, Long.BYTES))
                : Shared.map(arena, granted, length, true);
    }

    /// What a hosts file says, if one was granted.
    Hosts hosts(Arena arena) {
        Integer granted = descriptors.get(HOSTS);
        long length = granted == null ? 0 : Descriptors.length(granted);
        if (granted == null || length == 0) {
            return Hosts.NONE;
        }
        byte[] text = Shared.map(arena, granted, length, false).memory().toArray(ValueLayout.JAVA_BYTE);
        return new Hosts(new String(text, StandardCharsets.UTF_8));
    }

    int descriptor(String name) {
        Integer found = descriptors.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no grant of " + name);
        }
        return found;
    }
}
