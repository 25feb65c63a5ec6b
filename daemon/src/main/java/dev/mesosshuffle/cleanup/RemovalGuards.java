package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.peers.PeerRegistries;

/**
 * Everything that may forbid the removal of a dir.
 *
 * @param policy which dirs may be removed at all
 * @param orphans the last check of an orphan
 * @param peers the registries of all services on this host, which may name the dir too
 * @param reads which applications' files are being read
 */
public record RemovalGuards(LocalDirPolicy policy, OrphanCheck orphans, PeerRegistries peers, ActiveReads reads) {}
