package netkeep.keeper;

import java.util.List;
import java.util.function.BiFunction;

/// What a keeper is told to keep.
///
/// @param name     what the names of its regions end in
/// @param line     starts a domain: the program and its arguments
/// @param domains  that it keeps, each with a name of its own
/// @param standbys processes that are ready to be any of them: with two, a successor may die at once
/// @param sessions that control may want
/// @param readyNs  how long a process may take until it can be told what to be and has rehearsed
public record Plan(
        String name, List<String> line, List<Domain> domains, int standbys, Sessions sessions, long readyNs) {
    /// What sessions there may be: no domain that is hostile gets others.
    ///
    /// @param most  at a time, by their numbers from 0 on
    /// @param terms what one may have, by its client's user and what control says that it wants
    public record Sessions(int most, BiFunction<Integer, String, Terms> terms) {}

    /// What a session may have.
    ///
    /// @param lengths of the client's region and of the stack's for it, octets
    /// @param text    which stack and control understand and the keeper does not
    /// @param more    descriptors for its client, open as long as it lasts
    public record Terms(List<Long> lengths, String text, List<Integer> more) {}

    /// What one domain is to be.
    ///
    /// @param name     for people
    /// @param settings which it understands and the keeper does not
    /// @param grants   what it is given besides
    /// @param signs    of its life
    /// @param serves   whether the stack is there
    /// @param admits   whether control is there
    public record Domain(
            String name, String settings, List<Grant> grants, List<Sign> signs, boolean serves, boolean admits) {}

    /// A word that changes as long as a domain gets on.
    ///
    /// @param region that it is granted and writes
    /// @param at     offset there
    public record Sign(String region, long at) {}

    /// One thing that a domain is given.
    public sealed interface Grant {
        String name();
    }

    /// A descriptor that was open before; it stays open until the keeper has ended.
    public record Device(String name, int descriptor) implements Grant {}

    /// A region of the keeper's making: the same for all domains that are given one of that name.
    ///
    /// @param region   its name, where the domain knows it by another one
    /// @param length   of the region, octets
    /// @param writable for one domain at most
    public record Shared(String name, String region, long length, boolean writable) implements Grant {
        /// A region that is called what its grants are.
        public Shared(String name, long length, boolean writable) {
            this(name, name, length, writable);
        }
    }

    /// One descriptor of a doorbell of the keeper's making, whose ends two domains have.
    ///
    /// @param bell  which doorbell
    /// @param index of the descriptor in [netkeep.domain.Doorbell#pair]
    public record OfBell(String name, String bell, int index) implements Grant {}
}
