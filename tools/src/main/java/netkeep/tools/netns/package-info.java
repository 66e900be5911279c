/// `netkeep run --netns`: a program in a network namespace whose only link ends in a gateway, which opens each flow
/// anew as a socket of a session.
///
/// ```text
/// program, the kernel's sockets  <-- TAP -->  a stack that stands for all hosts | relay | session  <-->  daemon
/// ```
@NullMarked
package netkeep.tools.netns;

import org.jspecify.annotations.NullMarked;
