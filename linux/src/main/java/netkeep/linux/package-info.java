/// Linux, one method a call.
///
/// Two kinds of method, told apart by what a failure is:
///
/// 1. Calls of a loop ([netkeep.linux.Call], [netkeep.linux.Poller], [netkeep.linux.Epoll], [netkeep.linux.Clock])
///    allocate nothing and answer a failure as `-errno`, for `EAGAIN` is an ordinary answer there.
/// 2. Calls that set something up throw [netkeep.linux.LinuxException], which names call, errno and, where one is
///    known, the way out.
///
/// All calls go through libc's `syscall`, with numbers from [netkeep.linux.Architecture]. Nothing calls back into Java.
@NullMarked
package netkeep.linux;

import org.jspecify.annotations.NullMarked;
