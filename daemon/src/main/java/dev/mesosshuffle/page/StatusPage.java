package dev.mesosshuffle.page;

import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.ServiceStatus;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.web.PackagedFile;
import dev.mesosshuffle.web.RequestRoute;
import dev.mesosshuffle.web.WebRequest;
import dev.mesosshuffle.web.WebResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * The page at {@code /}: what runs here, and what it did within the last hour. It is written while it is sent, and shows a part
 * of the applications at a time. For the admin server's threads; waits for no disk.
 */
public final class StatusPage {
    static final int APPLICATIONS_PER_PAGE = 50;
    private static final int MAX_APPLICATIONS_PER_PAGE = 1000;

    /** Nothing from elsewhere, nothing inline, and nobody may frame it. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final StatusSource source;
    private final String hostName;
    private final Clock clock;

    /**
     * Creates a page.
     *
     * @param source what it shows
     * @param hostName the name of this host, by which readers tell its page from that of others
     * @param clock the time of day
     */
    public StatusPage(StatusSource source, String hostName, Clock clock) {
        this.source = source;
        this.hostName = hostName;
        this.clock = clock;
    }

    /** The routes of the page and of what it refers to. */
    public List<RequestRoute> routes() {
        return List.of(
                RequestRoute.get(AdminEndpoint.PAGE, "/", this::answer),
                asset(PageFrame.STYLE, "style.css", "text/css; charset=utf-8"),
                asset(PageFrame.SCRIPT, "script.js", "text/javascript; charset=utf-8"),
                asset(PageFrame.ICON, "icon.svg", "image/svg+xml"));
    }

    private static RequestRoute asset(String path, String file, String contentType) {
        return RequestRoute.get(AdminEndpoint.PAGE, path, new PackagedFile(StatusPage.class, file, contentType));
    }

    private void answer(WebRequest request, WebResponse response) throws IOException {
        String after = request.query().get("after");
        int limit = request.positive("limit", APPLICATIONS_PER_PAGE, MAX_APPLICATIONS_PER_PAGE);
        ServiceStatus service = source.service();
        List<DiskView> disks = source.disks();
        ApplicationViews.Page<ApplicationView> applications =
                source.applications().page(after, limit);
        response.header("content-security-policy", CONTENT_SECURITY_POLICY);
        // If writing fails, the document stays incomplete, and the connection is cut off.
        HtmlWriter html = new HtmlWriter(new BufferedWriter(
                new OutputStreamWriter(response.stream(200, "text/html; charset=utf-8"), StandardCharsets.UTF_8)));
        Instant now = clock.instant();
        LoadSection load = new LoadSection(source.load().samples(), now);
        PageFrame frame = new PageFrame(service, hostName, now);
        frame.begin(html, disks);
        new OverviewSection(service, load.current()).write(html);
        load.write(html);
        new ApplicationSection(applications, service.applications(), after, limit).write(html);
        new DiskSection(disks).write(html);
        new EventSection(source.events(), now).write(html);
        new ConfigurationSection(source.configuration()).write(html);
        frame.end(html);
        html.close();
    }
}
