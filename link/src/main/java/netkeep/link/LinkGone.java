package netkeep.link;

import netkeep.linux.LinuxException;

/// The device of a link went away while it was in use. The link is then dead.
public final class LinkGone extends LinuxException {
    private static final long serialVersionUID = 1L;

    /// @param link  as the user named it
    /// @param call  the call that found it out
    /// @param errno what that call was answered
    public LinkGone(String link, String call, int errno) {
        super(
                "link " + link + " is gone: " + call,
                errno,
                "its interface was deleted or moved while in use: make it again, then start again");
    }
}
