/// Trials of taste, over the sources of all modules: what a compiler does not hold and a reviewer would have to.
///
/// Each looks at syntax alone, reports everything it finds at once, and is itself tried on a sample that must not pass.
package netkeep.trials.taste;
