# table.awk - lines of row, peer, value to a table: median and quartiles of each; -v peers='…' names the columns.
{ if (!($1 in known)) { known[$1] = 1; row[++rows] = $1 }; value[$1, $2, ++n[$1, $2]] = $3 }
function at(part,    x, i) { x = 1 + (count - 1) * part; i = int(x); return i < count ? list[i] + (x - i) * (list[i + 1] - list[i]) : list[count] }
function show(v) { return sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.2f", v) }
END {
  columns = split(peers, peer, " ")
  printf "\n| median (quartiles) |"; for (c = 1; c <= columns; c++) printf " %s |", peer[c]
  printf "\n|---|"; for (c = 1; c <= columns; c++) printf "---:|"
  for (r = 1; r <= rows; r++) {
    printf "\n| %s |", row[r]
    for (c = 1; c <= columns; c++) {
      count = n[row[r], peer[c]]
      for (i = 1; i <= count; i++) {
        v = value[row[r], peer[c], i]
        for (j = i - 1; j > 0 && list[j] > v; j--) list[j + 1] = list[j]
        list[j + 1] = v
      }
      if (count == 0) printf " |"
      else if (count == 1) printf " %s |", show(list[1])
      else printf " **%s** (%s–%s) |", show(at(0.5)), show(at(0.25)), show(at(0.75))
    }
  }
  print ""
}
