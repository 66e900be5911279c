package netkeep.tools.place;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import netkeep.control.Beside;
import netkeep.control.NameService;
import netkeep.control.Taken;
import netkeep.domain.Doorbell;
import netkeep.domain.Pulse;
import netkeep.keeper.Plan;
import netkeep.placement.BesideRings;
import netkeep.placement.Grants;
import netkeep.placement.LinkHand;
import netkeep.placement.Settings;
import netkeep.ring.CaptureWriter;
import netkeep.ring.Ledger;
import netkeep.session.BesideTerms;
import netkeep.session.Terms;

/// Which part runs in which domain.
public enum Placement {
    /// Link, stack and control in one domain.
    MONOLITHIC,

    /// Each in one of its own.
    FACTORED;

    /// The kernel takes names of 249 octets.
    private static final int LONGEST_NAME = 128;

    // Where the ends of a doorbell begin in a pair of them.
    private static final int LINKS_END = 0;
    private static final int STACKS_END = 2;

    /// What a domain may take to start: on a machine that does much else that is long.
    static final long READY_NS = TimeUnit.MINUTES.toNanos(3);

    /// As command lines and configurations say it.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The region of a domain's sign of life.
    ///
    /// @param domain its name, or the same as [netkeep.keeper.Keeper] tells it to those who ask
    public static String pulse(String domain) {
        return Grants.PULSE + domain.replaceAll("[ ,]", "-");
    }

    /// What a keeper is to keep.
    ///
    /// @param path     where clients connect
    /// @param line     starts a process that can be a domain
    /// @param settings of the stack and its links
    /// @param devices  of the links, in their order
    /// @param listener of that path
    /// @param hosts    the text of a hosts file, a region to be read
    /// @param beside   what the stack is granted besides: see [Junction]
    /// @param standbys processes that wait to take over
    /// @param queues   opens one more queue of each device, for a program's own stack beside this one
    public Plan plan(
            Path path,
            List<String> line,
            Settings settings,
            List<Integer> devices,
            List<Plan.Grant> beside,
            int listener,
            int hosts,
            int standbys,
            Supplier<List<Integer>> queues) {
        List<Plan.Grant> control = new ArrayList<>(controls(settings, listener));
        control.add(new Plan.Device(Grants.HOSTS, hosts));
        return new Plan(
                regions(path),
                line,
                capturing(
                        switch (this) {
                            case MONOLITHIC -> List.of(monolith(settings, devices, beside, control));
                            case FACTORED -> factored(settings, devices, beside, control);
                        }),
                standbys,
                new Plan.Sessions(Settings.OWN + 1, (user, what) -> terms(settings, user, what, queues)),
                READY_NS);
    }

    /// @param what control says that the user's program wants
    private static Plan.Terms terms(Settings settings, int user, String what, Supplier<List<Integer>> queues) {
        if (!what.equals(Beside.WANTED)) {
            Terms of = what.equals(NameService.WANTED) ? Settings.own(user) : settings.terms(user);
            List<Long> lengths = List.of(of.layout().clientLength(), of.layout().stackLength());
            return new Plan.Terms(lengths, of.text(), List.of());
        }
        BesideTerms of = settings.besideTerms();
        if (of == null || of.user() != user) {
            throw new IllegalArgumentException("user " + user + " is granted nothing beside the stack");
        }
        List<Long> lengths = List.of(BesideRings.PROGRAM_LENGTH, BesideRings.DAEMON_LENGTH);
        return new Plan.Terms(lengths, of.text(), queues.get());
    }

    /// What the names of regions end in whose clients connect at a path: a process may keep those of several.
    public static String regions(Path path) {
        String whole = " " + path.toAbsolutePath().normalize();
        return whole.substring(Math.max(0, whole.length() - LONGEST_NAME));
    }

    private static Plan.Domain monolith(
            Settings settings, List<Integer> devices, List<Plan.Grant> beside, List<Plan.Grant> control) {
        List<Plan.Grant> grants = new ArrayList<>(beside);
        grants.addAll(stacks(settings));
        for (int i = 0; i < devices.size(); i++) {
            grants.add(new Plan.Device(Grants.DEVICE + (i + 1), devices.get(i)));
        }
        grants.addAll(control);
        Settings all = settings.with(List.of("stack", "control"), settings.spinNs(), false);
        return domain("link,stack,control", all, grants, true, true);
    }

    /// One with a pulse, and with what a stack has in hand for another sign of life: a long turn is no endless loop.
    private static Plan.Domain domain(
            String name, Settings settings, List<Plan.Grant> grants, boolean serves, boolean admits) {
        String pulse = pulse(name);
        List<Plan.Grant> all = new ArrayList<>(grants);
        all.add(new Plan.Shared(pulse, Pulse.LENGTH, true));
        List<Plan.Sign> signs = new ArrayList<>(List.of(new Plan.Sign(pulse, Pulse.ROUNDS)));
        if (serves) {
            signs.add(new Plan.Sign(Grants.LEDGER, Ledger.HAND));
        }
        return new Plan.Domain(name, settings.text(), all, signs, serves, admits);
    }

    private static List<Plan.Domain> factored(
            Settings settings, List<Integer> devices, List<Plan.Grant> beside, List<Plan.Grant> control) {
        List<Plan.Domain> domains = new ArrayList<>();
        List<Plan.Grant> stack = new ArrayList<>(beside);
        stack.addAll(stacks(settings));
        for (int i = 0; i < devices.size(); i++) {
            int number = i + 1;
            Settings link = settings.with(List.of("link " + number), settings.spinNs(), true);
            List<Plan.Grant> links = new ArrayList<>();
            links.add(new Plan.Device(Grants.DEVICE + number, devices.get(i)));
            links.add(new Plan.Shared(Grants.UP + number, Settings.upLength(), true));
            links.add(new Plan.Shared(Grants.DOWN + number, Settings.downLength(), false));
            links.add(new Plan.Shared(Grants.LINK_HAND + number, LinkHand.LENGTH, true));
            bell(links, number, LINKS_END);
            String name = devices.size() == 1 ? "link" : "link " + number;
            domains.add(domain(name, link, links, false, false));
            stack.add(new Plan.Device(Grants.DEVICE + number, devices.get(i)));
            stack.add(new Plan.Shared(Grants.UP + number, Settings.upLength(), false));
            stack.add(new Plan.Shared(Grants.DOWN + number, Settings.downLength(), true));
            bell(stack, number, STACKS_END);
        }
        domains.add(domain("stack", settings.with(List.of("stack"), settings.spinNs(), true), stack, true, false));
        domains.add(domain("control", settings.with(List.of("control"), 0, true), control, false, true));
        return domains;
    }

    /// Grants an end of the doorbell between a link and the stack.
    private static void bell(List<Plan.Grant> grants, int link, int end) {
        String bell = "bell." + link;
        grants.add(new Plan.OfBell(Grants.VOICE + link, bell, end + Doorbell.VOICE));
        grants.add(new Plan.OfBell(Grants.EAR + link, bell, end + Doorbell.EAR));
    }

    /// The same with a region each to which what crosses its boundaries is copied while somebody captures it. Control
    /// passes all of them on.
    private static List<Plan.Domain> capturing(List<Plan.Domain> domains) {
        List<Plan.Domain> all = new ArrayList<>();
        for (int i = 0; i < domains.size(); i++) {
            Plan.Domain domain = domains.get(i);
            List<Plan.Grant> grants = new ArrayList<>(domain.grants());
            grants.add(new Plan.Shared(Grants.CAPTURE, Grants.CAPTURES + i, CaptureWriter.LENGTH, true));
            for (int j = 0; domain.admits() && j < domains.size(); j++) {
                String region = Grants.CAPTURES + j;
                grants.add(new Plan.Shared(region, region, CaptureWriter.LENGTH, false));
            }
            all.add(new Plan.Domain(
                    domain.name(), domain.settings(), grants, domain.signs(), domain.serves(), domain.admits()));
        }
        return all;
    }

    /// The regions that a stack leaves to its successor.
    private static List<Plan.Grant> stacks(Settings settings) {
        List<Plan.Grant> grants = new ArrayList<>();
        grants.add(new Plan.Shared(Grants.LEDGER, settings.ledgerLength(), true));
        grants.add(new Plan.Shared(Grants.FRAMES, settings.framesLength(), true));
        if (settings.besideTerms() != null) {
            grants.add(new Plan.Shared(Grants.PORTS, BesideRings.PORTS_LENGTH, true));
        }
        return grants;
    }

    /// What control is granted.
    private static List<Plan.Grant> controls(Settings settings, int listener) {
        List<Plan.Grant> grants = new ArrayList<>(List.of(new Plan.Device(Grants.LISTENER, listener)));
        grants.add(new Plan.Shared(Grants.CONTROL_HAND, Taken.LENGTH, true));
        if (settings.besideTerms() != null) {
            grants.add(new Plan.Shared(Grants.PORTS_READ, Grants.PORTS, BesideRings.PORTS_LENGTH, false));
        }
        return grants;
    }
}
