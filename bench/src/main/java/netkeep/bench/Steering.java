package netkeep.bench;

import java.io.IOException;
import java.util.List;
import netkeep.bench.Namespaces.Place;

/// Which ends of a side's link hand the frames that arrive there to a core of their own (the kernel's receive packet
/// steering). Without it the kernel's receive path runs on the core of whoever sends.
///
/// It moves work, and adds an interrupt between the cores; which of them is best depends on the side and on the job.
enum Steering {
    NONE("none"),
    LOAD("the load's end"),
    SERVER("the server's end"),
    BOTH("both ends");

    private final String text;

    Steering(String text) {
        this.text = text;
    }

    /// What a side can choose from: our server's end of the TAP is no device of the kernel's.
    static List<Steering> choices(Contender side) {
        return side.device().equals(Namespaces.VETH) ? List.of(NONE, LOAD, SERVER, BOTH) : List.of(NONE, LOAD);
    }

    /// Sets a side's link so.
    ///
    /// @param loadCore   where the load runs
    /// @param serverCore where the server runs
    void set(Namespaces namespaces, Contender side, int loadCore, int serverCore)
            throws IOException, InterruptedException {
        namespaces.steer(Place.LOAD, side.device(), this == LOAD || this == BOTH ? 1 << loadCore : 0);
        if (side.device().equals(Namespaces.VETH)) {
            namespaces.steer(Place.SERVER, side.device(), this == SERVER || this == BOTH ? 1 << serverCore : 0);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
