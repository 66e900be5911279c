package netkeep.placement;

import java.io.IOException;
import java.util.List;
import netkeep.control.Gate;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.session.Terms;

/// Control in a domain's loop.
final class ControlPart implements Part {
    private final Gate gate;

    ControlPart(Line keeper, Grants grants, Watch watch) {
        Settings settings = grants.settings();
        List<String> links =
                settings.devices().stream().map(Settings.Device::name).toList();
        int listener = grants.descriptor(Grants.LISTENER);
        this.gate = new Gate(keeper, listener, settings.sessions(), Settings.LAYOUT, links, settings::leads, watch);
        gate.shows(grants.captures());
    }

    @Override
    public boolean heard(Word word, int[] descriptors) throws IOException {
        switch (word.kind()) {
            case Word.ADMIT ->
                gate.admitted(word.number(), Terms.parse(word.text()).layout(), Granted.Admitted.of(descriptors));
            case Word.CUT -> gate.cut(word.number());
            case Word.OVER -> gate.over(word.number());
            case Word.TELL -> gate.answer(word.number(), word.text());
            case Word.NEWS -> gate.news(word.text());
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
}
