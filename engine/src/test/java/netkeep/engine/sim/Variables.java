package netkeep.engine.sim;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Set;

/// What every variable of an engine is that lies in its objects and not in a record: a variable of an object that is
/// not declared here fails the build.
final class Variables {
    /// Fields that a turn leaves behind and no later turn reads, `Class.field`; or all of a class, `Class`. Numbers
    /// in them are taken away after each turn that is compared: whoever reads one before it is filled again finds
    /// what a successor would.
    static final Set<String> FILLED = Set.of(
            // Objects that are filled before each use.
            "Segment",
            "Packet",
            "Path",
            "Delivery",
            "Failure",
            "Ask",
            "TcpOptions",
            "Ipv6Extensions",
            "Igmp.link",
            "Igmp.message",
            "Igmp.next",
            "Igmp.record",
            "Igmp.records",
            "Igmp.sources",
            "Mld.link",
            "Mld.message",
            "Mld.next",
            "Mld.record",
            "Mld.records",
            "Mld.sources",
            "Groups.wanted",
            "Reassembly.delivered",
            "Reassembly.laidBefore",
            "Sending",
            "Receiving",
            "Writer");

    /// Fields that no later turn reads, or that may be lost; as in [#FILLED].
    static final Set<String> SCRATCH = Set.of(
            // Where a cursor points to after the turn: to nothing, once that is compared.
            "Fields.index",
            "Fields.words",
            // Which copies there are, and whose; what they say is compared.
            "Drafts.all",
            "Drafts.changed",
            "Drafts.made",
            "Draft",
            // What was found is found again.
            "Way",
            // Empty between turns.
            "Outgoing",
            "Pieces",
            // Which segment is expected is a guess, which a successor makes anew.
            "Expected",
            "Landing",
            // Memory that is filled before each use, as FILLED.
            "Groups.wantedHi",
            "Groups.wantedLo",
            "Replies.packet",
            "Replies.seg",
            // A successor tells all clients again.
            "Sockets.touched",
            "Sockets.touchedCount",
            "Sockets.children",
            "Sockets.telling",
            "Sockets.wakes",
            // A successor looks at what all clients have read when it publishes first.
            "Sockets.unread",
            "Sockets.unreadCount",
            "Engine.headers",
            // One message, filled before each use.
            "Dhcp.message",
            "NameAdvice.scratch",
            "Dhcp.routers",
            "Drops.last",
            "Ip.etherType",
            "Ip.owner",
            "Ip.read",
            "Ip.toAll",
            // Looked at and emptied with each turn that is published.
            "Claims.idle",
            // What the ledger was like when it was opened.
            "Ledger.changed",
            "Ledger.fresh",
            "Ledger.cut",
            // Only tells a way that was looked up from one before it.
            "Ways.version",
            "Neighbors.departures",
            // How far a peer was when it was last looked at: looked at again before it counts.
            "Producer.headSeen",
            "Consumer.tailSeen",
            // Whom what a predecessor gave concerns a successor does not ask: anybody.
            "Attachment.concerned",
            "Attachment.told",
            "Attachment.toldCount",
            // The end of all service has no successor.
            "Engine.over",
            "Engine.aborted",
            "Tcp.over",
            // A successor publishes and releases again.
            "Producer.published",
            "Producer.asked",
            "Consumer.released",
            // Who is looked at first, where one request is taken at a time.
            "Requests.next",
            // Only trials have it.
            "Engine.trial",
            "Requests.trial",
            "Hand.trial",
            // What is in hand is over with the turn; whether inputs are taken one a turn the shell says.
            "Hand.record",
            "Hand.input",
            // Ends of rings that no engine has: a shell keeps how far they are in the engine's records.
            "FrameConsumer",
            "FrameProducer",
            "CaptureReader",
            "CaptureWriter",
            // Who captures says so again to a successor.
            "Sockets.crossings",
            "Crossings",
            // Which stacks share the addresses is the shell's to say, also to a successor.
            "Tables",
            // As is that we stand for all hosts, and which sockets are one session's.
            "Addresses.forAll",
            "Memberships.each",
            // Packets that wait for a neighbor's answer: a death may lose a packet.
            "Held",
            // The same memory in another dress.
            "Region.windows",
            // Compared by what they must hold: TcpView.
            "Ready",
            "Deadlines",
            // Who waits there waits in Ready in a successor, and finds what the session's record says.
            "Pace");

    /// Fields that are derived from records, in whatever order: compared by what they mean, in [Rebuilt].
    static final Set<String> DERIVED = Set.of(
            "Pool.free",
            "Pool.freeCount",
            "Attachment.free",
            "Attachment.freeCount",
            "Drafts.buckets",
            "Index.nexts",
            "FlowTable.entries",
            "Ports.first",
            "Ports.next");

    /// Instants of the earliest deadline: one that moved away may still be there, none may be missed.
    static final Set<String> NOT_LATER = Set.of(
            "Neighbors.nextNs",
            "AddressTests.nextNs",
            "Routes.nextNs",
            "Reassembly.nextNs",
            "Reports.nextNs",
            "Dhcp.nextNs",
            "NameAdvice.nextNs");

    /// Fields that a successor's construction must leave exactly as they are: compared after each turn.
    static final Set<String> EQUAL = Set.of(
            "Addresses.broadcastCount",
            "Addresses.broadcastLinks",
            "Addresses.broadcasts",
            "Addresses.disabled",
            "Addresses.usableCount",
            "Addresses.usableHi",
            "Addresses.usableLinks",
            "Addresses.usableLo",
            "Attachment.inUse",
            "Attachment.missed",
            "Attachment.missedShown",
            "Attachment.violation",
            "Claims.idles",
            "Claims.uses",
            "Consumer.head",
            "Counters.counted",
            "Counters.totals",
            "Drafts.changes",
            "Filter.all",
            "Filter.outward",
            "FlowTable.count",
            "Icmp4.echoes",
            "Icmp6.echoes",
            "Index.count",
            "Index.heads",
            "Index.taken",
            "Ip.configurer",
            "Ip.control",
            "Ip.brought",
            "Ip.copy",
            "Ip.reports",
            "Ip.uppers",
            "Leased.flows",
            "Ledger.committed",
            "Ledger.drafts",
            "Ledger.end",
            "Links.settings",
            "Links.solicits",
            "Listing.views",
            "Producer.tail",
            "Rings.attachments",
            "Sockets.attached",
            "Sockets.attachments",
            "TimeWaits.victim",
            "Ways.ways");

    private Variables() {}

    /// Whether a field is compared as it is.
    static boolean compared(Field field) {
        String name = name(field);
        if (scratch(field.getDeclaringClass())) {
            // What else there is in them is only met through them.
            return Modifier.isFinal(field.getModifiers())
                    && field.getType().getName().startsWith("netkeep.");
        }
        return !SCRATCH.contains(name) && !FILLED.contains(name) && !DERIVED.contains(name);
    }

    /// Whether a field is a number that is taken away after a turn.
    static boolean filled(Field field) {
        return field.getType().isPrimitive()
                && !Modifier.isFinal(field.getModifiers())
                && (FILLED.contains(name(field)) || filled(field.getDeclaringClass()));
    }

    static boolean filled(Class<?> type) {
        return FILLED.contains(type.getSimpleName());
    }

    static boolean declared(Field field) {
        String name = name(field);
        return scratch(field.getDeclaringClass())
                || SCRATCH.contains(name)
                || FILLED.contains(name)
                || DERIVED.contains(name)
                || NOT_LATER.contains(name)
                || EQUAL.contains(name);
    }

    static boolean scratch(Class<?> type) {
        return SCRATCH.contains(type.getSimpleName()) || filled(type);
    }

    static String name(Field field) {
        return field.getDeclaringClass().getSimpleName() + "." + field.getName();
    }
}
