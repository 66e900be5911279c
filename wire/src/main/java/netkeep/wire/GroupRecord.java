package netkeep.wire;

/// Types of records in reports of group membership: IGMPv3 (RFC 3376 §4.2.12) and MLDv2 (RFC 3810 §5.2.12) share them.
public final class GroupRecord {
    /// The state: from these sources only.
    public static final int MODE_IS_INCLUDE = 1;
    /// The state: from all but these sources.
    public static final int MODE_IS_EXCLUDE = 2;
    /// The state has changed to: from these sources only; without sources, the group is left.
    public static final int CHANGE_TO_INCLUDE = 3;
    /// The state has changed to: from all but these sources; without sources, the group is joined.
    public static final int CHANGE_TO_EXCLUDE = 4;
    /// These sources, too.
    public static final int ALLOW_NEW_SOURCES = 5;
    /// These sources no longer.
    public static final int BLOCK_OLD_SOURCES = 6;

    private GroupRecord() {}
}
