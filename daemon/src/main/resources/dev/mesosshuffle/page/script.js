// The page works without this: it only refreshes what is shown, and sorts tables.
"use strict";

(() => {
  const INTERVAL_MS = 10000;
  const TIMEOUT_MS = 30000;
  const PARTS = ["summary", "overview", "load", "applications", "disks", "events", "configuration", "made"];

  /** How each table is sorted, by the id of its section: the column, and 1 or -1. */
  const orders = new Map();

  let refreshing = false;

  function keyOf(table) {
    const tables = table.closest("section").querySelectorAll("table");
    return table.closest("section").id + Array.from(tables).indexOf(table);
  }

  function valueOf(row, column) {
    const cell = row.children[column];
    return cell.hasAttribute("data-sort") ? Number(cell.getAttribute("data-sort")) : cell.textContent.trim();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") {
      return a - b;
    }
    return String(a).localeCompare(String(b), "en", { numeric: true });
  }

  function sort(table, column, direction) {
    const body = table.tBodies[0];
    Array.from(body.rows)
      .sort((a, b) => direction * compare(valueOf(a, column), valueOf(b, column)))
      .forEach((row) => body.append(row));
    Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
      if (index === column) {
        head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      } else {
        head.removeAttribute("aria-sort");
      }
    });
  }

  function makeSortable(table) {
    const key = keyOf(table);
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => {
        const last = orders.get(key);
        const order = { column, direction: last && last.column === column ? -last.direction : 1 };
        orders.set(key, order);
        sort(table, order.column, order.direction);
      });
      head.replaceChildren(button);
    });
    const order = orders.get(key);
    if (order) {
      sort(table, order.column, order.direction);
    }
  }

  /** The button to sort by that has the focus, as its table and its column; null if none has. */
  function focusedOrder() {
    const head = document.activeElement && document.activeElement.closest("thead th");
    return head ? { key: keyOf(head.closest("table")), column: head.cellIndex } : null;
  }

  function focusAgain(section, focused) {
    for (const table of section.querySelectorAll("table")) {
      if (keyOf(table) === focused.key) {
        table.tHead.rows[0].cells[focused.column].firstElementChild.focus({ preventScroll: true });
      }
    }
  }

  function replace(fresh) {
    for (const id of PARTS) {
      const before = document.getElementById(id);
      const after = fresh.getElementById(id);
      // What is being read by keyboard or is selected stays, except that who sorts a table still wants it fresh.
      const selection = document.getSelection();
      const hasFocus = before && before.contains(document.activeElement);
      const focused = hasFocus ? focusedOrder() : null;
      const inUse = before && ((hasFocus && !focused) ||
        (!selection.isCollapsed && selection.containsNode(before, true)));
      if (!before || !after || inUse) {
        continue;
      }
      for (const details of before.querySelectorAll("details[open]")) {
        const same = after.querySelector("#" + details.id);
        if (same) {
          same.open = true;
        }
      }
      before.replaceWith(after);
      after.querySelectorAll("table").forEach(makeSortable);
      if (focused) {
        focusAgain(after, focused);
      }
    }
  }

  async function refresh() {
    if (document.hidden || !box.checked || refreshing) {
      return;
    }
    refreshing = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.ok) {
        replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
        problem.textContent = "";
      } else {
        problem.textContent = "The last refresh was refused (" + answer.status + ").";
      }
    } catch (failure) {
      problem.textContent = "The service did not answer the last refresh.";
    } finally {
      refreshing = false;
    }
  }

  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = true;
  const label = document.createElement("label");
  label.className = "refresh";
  label.append(box, "Refresh every 10 s");
  const problem = document.createElement("p");
  problem.setAttribute("role", "status");
  document.querySelector("footer.page").append(label, problem);

  document.querySelectorAll("table").forEach(makeSortable);
  setInterval(refresh, INTERVAL_MS);
})();
