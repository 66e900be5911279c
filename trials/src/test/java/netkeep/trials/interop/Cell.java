package netkeep.trials.interop;

import java.util.ArrayList;
import java.util.List;
import netkeep.link.Faults;

/// One cell of the matrix.
///
/// @param tap      whether the link is a TAP; else a packet socket on a veth pair
/// @param six      whether IPv6
/// @param offloads whether either side leaves checksums and segmentation to the link
/// @param mtu      of the link
/// @param trouble  what goes wrong on it, both ways
record Cell(boolean tap, boolean six, boolean offloads, int mtu, Trouble trouble) {
    static final int LARGEST = 65_521;

    /// What goes wrong.
    enum Trouble {
        NONE,
        LOSS,
        REORDERING,
        DUPLICATION,
        CORRUPTION,
        ALL;

        /// The chances suit streams of a few thousand frames.
        Faults faults() {
            return switch (this) {
                case NONE -> Faults.NONE;
                case LOSS -> Faults.NONE.withLoss(0.01);
                case REORDERING -> Faults.NONE.withReorder(0.02, 500_000);
                case DUPLICATION -> Faults.NONE.withRepeat(0.02);
                case CORRUPTION -> Faults.NONE.withCorrupt(0.005);
                case ALL ->
                    Faults.NONE
                            .withLoss(0.003)
                            .withReorder(0.01, 500_000)
                            .withRepeat(0.01)
                            .withCorrupt(0.002);
            };
        }
    }

    /// The whole matrix: every link, family, offload and size without trouble, and every trouble at 1500.
    static List<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        for (Trouble trouble : Trouble.values()) {
            for (boolean tap : new boolean[] {true, false}) {
                for (boolean six : new boolean[] {false, true}) {
                    for (boolean offloads : new boolean[] {true, false}) {
                        for (int mtu : trouble == Trouble.NONE ? sizes(six) : new int[] {1500}) {
                            cells.add(new Cell(tap, six, offloads, mtu, trouble));
                        }
                    }
                }
            }
        }
        return cells;
    }

    private static int[] sizes(boolean six) {
        return six ? new int[] {1280, 1500, 9000, LARGEST} : new int[] {576, 1280, 1500, 9000, LARGEST};
    }

    @Override
    public String toString() {
        return (tap ? "tap" : "packet") + (six ? " IPv6" : " IPv4") + (offloads ? " offloads" : " plain") + " mtu "
                + mtu + (trouble == Trouble.NONE ? "" : " " + trouble);
    }
}
