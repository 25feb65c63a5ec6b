package dev.mesosshuffle.it.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.network.shuffle.DownloadFile;
import org.apache.spark.network.shuffle.DownloadFileManager;
import org.apache.spark.network.shuffle.SimpleDownloadFile;
import org.apache.spark.network.util.TransportConf;

/** Gives the client files to fetch into. */
final class Downloads implements DownloadFileManager {
    private final Path folder;

    Downloads(Path folder) {
        this.folder = folder;
    }

    @Override
    public DownloadFile createTempFile(TransportConf conf) {
        try {
            File file = Files.createTempFile(folder, "block", null).toFile();
            return new SimpleDownloadFile(file, conf);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean registerTempFileToClean(DownloadFile file) {
        return false;
    }
}
