package netkeep.keeper;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import netkeep.domain.Doorbell;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;

/// Descriptors of all that must outlive domains and does not belong to a session.
final class Kept {
    private final String suffix;
    private final Map<String, Integer> written = new HashMap<>();
    private final Map<String, Integer> read = new HashMap<>();
    private final Map<String, int[]> bells = new HashMap<>();

    /// @param suffix of the regions' names
    Kept(String suffix) {
        this.suffix = suffix;
    }

    /// The descriptors of these grants, in their order; what is not there yet is made.
    int[] of(List<Plan.Grant> grants) {
        return grants.stream().mapToInt(this::of).toArray();
    }

    /// The descriptor with which a region is written.
    int written(String region) {
        return Objects.requireNonNull(written.get(region), region);
    }

    /// Whoever is granted regions of these names next gets new ones.
    void forget(List<String> names) {
        for (Map<String, Integer> regions : List.of(written, read)) {
            names.stream().map(regions::remove).filter(Objects::nonNull).forEach(Descriptors::close);
        }
    }

    private int of(Plan.Grant grant) {
        return switch (grant) {
            case Plan.Device device -> device.descriptor();
            case Plan.Shared region -> {
                int descriptor =
                        written.computeIfAbsent(region.region(), name -> Shared.make(name + suffix, region.length()));
                yield region.writable()
                        ? descriptor
                        : read.computeIfAbsent(region.region(), name -> Shared.readOnly(descriptor));
            }
            case Plan.OfBell one -> bells.computeIfAbsent(one.bell(), name -> Doorbell.pair())[one.index()];
        };
    }

    void close() {
        written.values().forEach(Descriptors::close);
        read.values().forEach(Descriptors::close);
        bells.values().forEach(bell -> Arrays.stream(bell).forEach(Descriptors::close));
    }
}
