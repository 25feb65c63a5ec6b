package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.model.AdminEndpoint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RouteTableTest {
    private final RouteTable table = new RouteTable(List.of(
            get("/"), get("/apps/{id}"), get("/apps/all"), get("/apps/{id}/executors"), post("/apps/{id}/keep")));

    private static RequestRoute get(String path) {
        return RequestRoute.get(AdminEndpoint.API, path, (request, response) -> {});
    }

    private static RequestRoute post(String path) {
        return RequestRoute.post(AdminEndpoint.API, path, (request, response) -> {});
    }

    private RouteTable.Match find(String method, String target) throws Exception {
        return table.find(RequestTarget.parse(target), method);
    }

    @Test
    void findsRoutesByTheirPath() throws Exception {
        assertThat(find("GET", "/").route().segments()).containsExactly("");
        assertThat(find("HEAD", "/apps/x").parameters()).isEqualTo(Map.of("id", "x"));
        assertThat(find("GET", "/apps/all").parameters()).isEmpty();
        assertThat(find("GET", "/apps/a%2Fb/executors").parameters()).isEqualTo(Map.of("id", "a/b"));
        assertThat(find("POST", "/apps/x/keep?a=b").route().method()).isEqualTo("POST");
    }

    @Test
    void findsNothingElse() {
        for (String target : List.of("/apps", "/apps/x/", "//", "/apps/x/y", "/Apps/x")) {
            assertThatThrownBy(() -> find("GET", target))
                    .as(target)
                    .isInstanceOfSatisfying(
                            HttpFailure.class, e -> assertThat(e.status()).isEqualTo(404));
        }
    }

    @Test
    void tellsWhichMethodsAPathHas() {
        assertThatThrownBy(() -> find("GET", "/apps/x/keep")).isInstanceOfSatisfying(HttpFailure.class, e -> {
            assertThat(e.status()).isEqualTo(405);
            assertThat(e.allowedMethods()).isEqualTo("POST");
        });
        assertThatThrownBy(() -> find("HEAD", "/apps/x/keep")).isInstanceOf(HttpFailure.class);
        assertThatThrownBy(() -> find("DELETE", "/"))
                .isInstanceOfSatisfying(
                        HttpFailure.class, e -> assertThat(e.allowedMethods()).isEqualTo("GET, HEAD"));
    }
}
