;; dec, brne
l:      dec r16
        brne l

;; inc, brne with nops
l:      nop
        nop
        inc r16
        brne l

;; subi, sbci, brne
l:      subi r16, 1
        sbci r17, 0
        brne l

;; subi, sbci, sbci, brne
l:      subi r16, 1
        sbci r17, 0
        sbci r18, 0
        brne l

;; dec, brne in dec, brne
        clr r17
l:      dec r16
        brne l
        dec r17
        brne l

;; three levels of dec, brne
        clr r17
        clr r18
l:      dec r16
        brne l
        dec r17
        brne l
        dec r18
        brne l

;; three levels, set anew
        ldi r18, 9
a:      ldi r17, 99
b:      ldi r16, 199
c:      dec r16
        brne c
        dec r17
        brne b
        dec r18
        brne a

;; short inner loop
        clr r17
a:      ldi r16, 3
l:      dec r16
        brne l
        dec r17
        brne a

;; inner loop of 16 in 16 bits
        clr r17
        clr r18
a:      ldi r16, 16
l:      dec r16
        brne l
        subi r17, 1
        sbci r18, 0
        brne a

;; cpi, brlo
        clr r16
l:      inc r16
        cpi r16, 250
        brlo l

;; cpi, cpc, brlo
        clr r16
        clr r17
        ldi r18, 200
l:      subi r16, 255
        sbci r17, 255
        cpi r16, 100
        cpc r17, r18
        brlo l

;; mov, or, brne
l:      subi r16, 1
        sbci r17, 0
        mov r18, r16
        or r18, r17
        brne l

;; dec, breq, rjmp
l:      dec r16
        breq x
        rjmp l
x:      nop

;; tst at the head
        ldi r16, 200
l:      tst r16
        breq x
        dec r16
        rjmp l
x:      nop

;; two counters
        clr r17
l:      inc r17
        cp r17, r16
        brlo l
        ldi r16, 250

;; lsr, brne
        ldi r16, 128
l:      lsr r16
        brne l

;; lsl, brcc
        ldi r16, 1
l:      lsl r16
        brcc l

;; rol through all bits
        ldi r16, 1
        clr r17
l:      lsl r16
        rol r17
        sbrs r17, 7
        rjmp l

;; ror, brcc
        ldi r16, 128
l:      ror r16
        brcc l

;; adiw as add, adc
        clr r16
        clr r17
        ldi r18, 3
        clr r19
l:      add r16, r18
        adc r17, r19
        brcc l

;; neg, com, swap inside
l:      mov r18, r16
        neg r18
        swap r18
        dec r16
        brne l

;; eor of a toggle
        ldi r18, 1
l:      eor r19, r18
        dec r16
        brne l

;; com of a toggle
l:      com r19
        dec r16
        brne l

;; three decs in turn
l:      dec r16
        breq x
        dec r17
        breq x
        dec r18
        brne l
x:      nop

;; counter in SREG saved and restored
l:      in r15, SREG
        subi r16, 1
        sbci r17, 0
        out SREG, r15
        cpi r17, 0
        brne l

;; brvc
l:      inc r16
        brvc l

;; brhc
l:      subi r16, 3
        brhs l
        subi r17, 1
        brcc l

;; brge after subi
        ldi r16, 100
l:      subi r16, 3
        brge l

;; bit 0 of a counter
l:      subi r16, 2
        sbrs r16, 0
        rjmp m
        nop
m:      dec r17
        brne l

;; parity of a counter
l:      dec r16
        sbrc r16, 0
        nop
        cpi r16, 0
        brne l

;; T flag
        set
l:      dec r16
        brne m
        clt
m:      brts l

;; counter in memory by Z
l:      ld r18, Z
        dec r18
        st Z, r18
        brne l

;; counter compared in memory by Z
l:      ld r18, Z
        inc r19
        cpse r19, r18
        rjmp l

;; empty calls
l:      rcall e
        dec r16
        brne l
        rjmp x
e:      ret
x:      nop

;; filling memory by Z
        clr r30
l:      st Z, r0
        inc r30
        cpi r30, 30
        brne l
        ldi r30, 20
        ldi r24, 2

;; a carry looked at as a sign
        ldi r16, 200
l:      dec r16
        cpi r16, 100
        mov r17, r1
        ror r17
        brpl l

;; two counters that meet
        clr r17
        ldi r16, 250
l:      inc r17
        dec r16
        cp r17, r16
        brlo l

;; two counters of two bytes that meet
        clr r17
        clr r18
        clr r16
        ldi r19, 200
l:      subi r17, 255
        sbci r18, 255
        subi r16, 3
        sbci r19, 0
        cp r17, r16
        cpc r18, r19
        brlt l

;; two counters until they are equal
        clr r17
l:      dec r17
        subi r16, 2
        cpse r16, r17
        rjmp l
        inc r16

;; a sum of two counters
        clr r17
        clr r16
l:      inc r17
        inc r16
        mov r18, r16
        add r18, r17
        brvc l

;; the distance to a counter
        ldi r16, 250
l:      ldi r18, 200
        dec r16
        sub r18, r16
        cpi r18, 180
        brsh l

;; the distance to a counter that falls
        ldi r17, 7
        ldi r16, 250
l:      mov r18, r17
        subi r16, 2
        sub r18, r16
        brpl l

;; two counters that part
        ldi r16, 166
        ldi r17, 44
        ldi r20, 255
        out PORTB, r20
l:      subi r16, 156
        subi r17, 100
        cp r16, r17
        brcs l
        out PORTB, r16
        out PORTB, r17
