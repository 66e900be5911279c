package netkeep.tools.place;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A placement of a daemon, as command lines say it.
public final class PlacementWord implements ITypeConverter<Placement> {
    private static final String EMBEDDED = "embedded";

    /// For picocli.
    public PlacementWord() {}

    @Override
    public Placement convert(String text) {
        for (Placement placement : Placement.values()) {
            if (placement.word().equalsIgnoreCase(text)) {
                return placement;
            }
        }
        if (EMBEDDED.equalsIgnoreCase(text)) {
            throw new TypeConversionException("embedded is a stack in the program's own process, without a daemon: "
                    + "use netkeep serve http --link, or in a program netkeep.embedded.Embedded, or the property "
                    + "netkeep.link of netkeep.embedded.SystemProvider");
        }
        throw new TypeConversionException("\"" + text + "\" is none of monolithic, factored");
    }
}
