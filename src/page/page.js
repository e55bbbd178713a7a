
"use strict";
// Tables are sorted by a click on a column's head; without this script they stay as they are.
for (const table of document.querySelectorAll("table.sort")) {
	const body = table.tBodies[0];
	const heads = Array.from(table.tHead.rows[0].cells);
	const collator = new Intl.Collator("en", { numeric: true });
	const key = (row, i, number) => {
		const text = row.cells[i].textContent.trim();
		return number ? parseFloat(text.replace(/[,<]/g, "")) : text;
	};
	heads.forEach((head, i) => {
		if (head.classList.contains("drawn") || head.textContent === "By day")
			return;
		const number = head.classList.contains("n");
		const button = document.createElement("button");
		button.type = "button";
		button.append(...head.childNodes);
		head.append(button);
		button.addEventListener("click", () => {
			const before = head.getAttribute("aria-sort");
			const up = before === "descending" || (before === null && !number);
			for (const other of heads)
				other.removeAttribute("aria-sort");
			head.setAttribute("aria-sort", up ? "ascending" : "descending");
			const rows = Array.from(body.rows, (row) => [key(row, i, number), row]);
			rows.sort(([a], [b]) => {
				if (number)
					return (isNaN(a) ? -1 : a) - (isNaN(b) ? -1 : b);
				return collator.compare(a, b);
			});
			if (!up)
				rows.reverse();
			body.append(...rows.map((pair) => pair[1]));
		});
	});
}
for (const part of document.querySelectorAll(".scroll"))
	if (part.scrollWidth <= part.clientWidth && part.scrollHeight <= part.clientHeight && part.offsetParent)
		part.removeAttribute("tabindex");
