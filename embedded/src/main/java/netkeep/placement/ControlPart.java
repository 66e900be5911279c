package netkeep.placement;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import netkeep.control.Beside;
import netkeep.control.Gate;
import netkeep.control.NameService;
import netkeep.control.Taken;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Clock;
import netkeep.names.Advice;
import netkeep.names.Hosts;
import netkeep.session.BesideTerms;
import netkeep.session.Terms;

/// Control in a domain's loop.
final class ControlPart implements Part {
    private final Clock clock;
    private final Taken taken;
    private final boolean blamed;
    private final Gate gate;
    private final NameService names;
    private boolean begun;

    /// @param own one end of a line whose other end nobody has but this process
    ControlPart(Line keeper, Grants grants, Line own, Clock clock, Watch watch, Arena arena) {
        Settings settings = grants.settings();
        List<String> links =
                settings.devices().stream().map(Settings.Device::name).toList();
        int listener = grants.descriptor(Grants.LISTENER);
        Hosts hosts = grants.hosts(arena);
        this.clock = clock;
        this.taken = new Taken(grants.hand(Grants.CONTROL_HAND, Taken.LENGTH, arena));
        this.blamed = grants.blamed();
        this.names = new NameService(keeper, Settings.OWN, own, settings.names(), hosts, watch, clock::nowNs);
        this.gate = new Gate(
                keeper, listener, settings.sessions(), Terms.MOST.layout(), links, settings::leads, names, watch);
        gate.shows(grants.captures());
        BesideTerms beside = settings.besideTerms();
        if (beside != null) {
            List<String> devices =
                    settings.devices().stream().map(Settings.Device::line).toList();
            gate.lets(new Beside(beside, grants.descriptor(Grants.PORTS_READ), devices));
        }
    }

    /// What a predecessor died of is not taken again: a session that goes on would say it once more, a server would,
    /// and a stack that is asked for advice.
    @Override
    public String begin() throws IOException {
        String found = taken.toString();
        if (blamed && taken.kind() == Taken.MESSAGE) {
            gate.cut(taken.session());
        } else if (blamed && taken.kind() == Taken.ANSWER) {
            taken.refuse(taken.name(), clock.nowNs());
        } else if (blamed && taken.kind() == Taken.WORD && Advice.is(new String(taken.octets(), UTF_8))) {
            taken.refuse(Advice.TITLE, clock.nowNs());
        }
        taken.none();
        if (Poison.on()) {
            taken.tryWith(Poison::message);
        }
        gate.notes(taken);
        names.notes(taken);
        begun = true;
        return found.isEmpty() ? "" : "control had in hand: " + found;
    }

    @Override
    public boolean heard(Word word, int[] descriptors) throws IOException {
        if (!begun) {
            // The keeper's alone; what a predecessor had in hand is not read yet.
            return hears(word, descriptors);
        }
        if (names.refuses(word.text())) {
            return true;
        }
        taken.word(word);
        boolean heard = hears(word, descriptors);
        taken.none();
        return heard;
    }

    private boolean hears(Word word, int[] descriptors) throws IOException {
        switch (word.kind()) {
            case Word.ADMIT -> {
                Granted.Admitted granted = Granted.Admitted.of(descriptors);
                if (BesideTerms.is(word.text())) {
                    gate.admittedBeside(word.number(), granted);
                } else {
                    gate.admitted(word.number(), Terms.parse(word.text()).layout(), granted);
                }
            }
            case Word.CUT -> gate.cut(word.number());
            case Word.OVER -> gate.over(word.number());
            case Word.TELL -> {
                if (word.number() != 0 || !names.advised(word.text())) {
                    gate.answer(word.number(), word.text());
                }
            }
            case Word.NEWS -> {
                gate.news(word.text());
                names.askAdvice();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public void ready(int descriptor) throws IOException {
        gate.ready(descriptor);
    }

    @Override
    public int turn(long nowNs) throws IOException {
        return names.turn(nowNs) + gate.turn(nowNs);
    }

    @Override
    public long deadlineNs() {
        return Math.min(names.deadlineNs(), gate.deadlineNs());
    }

    @Override
    public boolean maySleep() {
        return names.maySleep();
    }

    @Override
    public void awake() {
        names.awake();
    }
}
