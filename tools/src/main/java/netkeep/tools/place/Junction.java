package netkeep.tools.place;

import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Doorbell;
import netkeep.domain.Shared;
import netkeep.keeper.Plan;
import netkeep.linux.Descriptors;
import netkeep.placement.Grants;
import netkeep.placement.Settings;

/// What stacks share that are on the same links: a region of each, and a doorbell between each two. It outlives all of
/// their domains; their keepers know it as devices.
public final class Junction implements AutoCloseable {
    private final List<Integer> written = new ArrayList<>();
    private final List<Integer> read = new ArrayList<>();

    /// By the lower and the higher number of two stacks.
    private final int[][][] bells;

    /// @param stacks how many there are: 1 shares nothing
    public Junction(int stacks) {
        bells = new int[stacks][stacks][];
        for (int stack = 0; stacks > 1 && stack < stacks; stack++) {
            written.add(Shared.make(Grants.PEER + stack, Settings.peersLength(stacks)));
            read.add(Shared.readOnly(written.getLast()));
            for (int other = stack + 1; other < stacks; other++) {
                bells[stack][other] = Doorbell.pair();
            }
        }
    }

    /// What a stack is granted of it.
    public List<Plan.Grant> of(int stack) {
        List<Plan.Grant> grants = new ArrayList<>();
        for (int other = 0; other < written.size(); other++) {
            int region = (other == stack ? written : read).get(other);
            grants.add(new Plan.Device(Grants.PEER + other, region));
            if (other != stack) {
                int[] bell = bells[Math.min(stack, other)][Math.max(stack, other)];
                int end = stack < other ? 0 : bell.length / 2;
                grants.add(new Plan.Device(Grants.PEER_VOICE + other, bell[end + Doorbell.VOICE]));
                grants.add(new Plan.Device(Grants.PEER_EAR + other, bell[end + Doorbell.EAR]));
            }
        }
        return grants;
    }

    @Override
    public void close() {
        written.forEach(Descriptors::close);
        read.forEach(Descriptors::close);
        for (int[][] row : bells) {
            for (int[] bell : row) {
                for (int i = 0; bell != null && i < bell.length; i++) {
                    Descriptors.close(bell[i]);
                }
            }
        }
    }
}
