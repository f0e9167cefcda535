// Sorting, searching and filtering of the index. Without it the page shows the same tables, whole.
"use strict";

/** What a cell is sorted by: its number, or its words. */
function valueOf(row, column, numeric) {
  const cell = row.cells[column];
  const text = cell ? cell.textContent.trim() : "";
  if (!numeric) return text;
  return text === "" ? NaN : parseFloat(text.replace(/,/g, ""));
}

/** Rows in order; what has no number comes last, whichever way they are sorted. */
function inOrder(rows, column, numeric, sign) {
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (a, b) => {
    if (!numeric) return sign * words.compare(a.value, b.value);
    if (Number.isNaN(a.value) || Number.isNaN(b.value)) {
      return Number.isNaN(a.value) - Number.isNaN(b.value);
    }
    return sign * (a.value - b.value);
  };
  return rows
    .map((row) => ({ row, value: valueOf(row, column, numeric) }))
    .sort(compare)
    .map(({ row }) => row);
}

/** Make a header cell a button that sorts its table. */
function makeSortable(table, header) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  header.append(button);
  const numeric = header.dataset.sort === "number";
  button.addEventListener("click", () => {
    const before = header.getAttribute("aria-sort");
    // Names from A on, points from the most on; the second click turns it round.
    const first = numeric ? "descending" : "ascending";
    const other = numeric ? "ascending" : "descending";
    const order = before === first ? other : first;
    for (const each of header.parentNode.cells) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const body = table.tBodies[0];
    const sign = order === "ascending" ? 1 : -1;
    body.append(...inOrder([...body.rows], header.cellIndex, numeric, sign));
  });
}

/** Show the rows that fit the search and both filters, and say how many they are. */
function makeFilters(tools, table) {
  const search = tools.querySelector("input");
  const [state, flag] = ["state", "flag"].map((name) => tools.querySelector(`[name=${name}]`));
  const told = tools.querySelector("[role=status]");
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    words: row.cells[0].textContent.toLowerCase(),
    states: row.dataset.states.split(" "),
    flags: (row.dataset.flags || "").split("\n"),
  }));
  const update = () => {
    const sought = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, words, states, flags } of rows) {
      const fits =
        sought.every((word) => words.includes(word)) &&
        (!state.value || states.includes(state.value)) &&
        (!flag || !flag.value || flags.includes(flag.value));
      row.hidden = !fits;
      shown += fits;
    }
    const of = rows.length.toLocaleString("en");
    told.textContent = shown === rows.length ? `${of} submissions` : `${shown} of ${of} submissions`;
    table.classList.toggle("nothing", shown === 0);
  };
  // Some browsers tell of a choice in a list by the second alone.
  for (const event of ["input", "change"]) tools.addEventListener(event, update);
  tools.hidden = false;
  update(); // a browser may have kept what was typed before a reload
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const header of table.querySelectorAll("th[data-sort]")) makeSortable(table, header);
}
const tools = document.getElementById("tools");
if (tools) makeFilters(tools, document.getElementById("table"));
