/// What all trials share.
package netkeep.trials;
