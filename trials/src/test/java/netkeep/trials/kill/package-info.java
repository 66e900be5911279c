/// Real kills of a real process: what outlives it is in files that several processes map, and nowhere else.
package netkeep.trials.kill;
