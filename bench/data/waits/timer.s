;; TOV0, rjmp
l:      in r16, TIFR
        sbrs r16, 1
        rjmp l
        out TIFR, r24

;; TOV0 by andi
l:      in r16, TIFR
        andi r16, 2
        breq l
        out TIFR, r24

;; TOV0 by a routine
l:      rcall flag

;; TOV0, counted
        clr r17
l:      rcall flag
        dec r17
        brne l

;; TOV0, reloaded, counted
        clr r17
l:      in r16, TIFR
        sbrs r16, 1
        rjmp l
        out TIFR, r24
        ldi r18, 48
        out TCNT0, r18
        dec r17
        brne l

;; TOV0 or pin
l:      sbis PIND, 0
        rjmp x
        in r16, TIFR
        sbrs r16, 1
        rjmp l
        out TIFR, r24
x:      nop

;; TOV0 or pin, counted
        clr r17
l:      sbis PIND, 0
        rjmp x
        in r16, TIFR
        sbrs r16, 1
        rjmp l
        out TIFR, r24
        dec r17
        brne l
x:      nop

;; TCNT0 above a mark
l:      in r16, TCNT0
        cpi r16, 200
        brlo l
m:      in r16, TCNT0
        cpi r16, 200
        brsh m

;; TCNT0 to a bit
l:      in r16, TCNT0
        sbrs r16, 7
        rjmp l
m:      in r16, TCNT0
        sbrc r16, 7
        rjmp m

;; TCNT0, brmi
l:      in r16, TCNT0
        tst r16
        brpl l
m:      in r16, TCNT0
        tst r16
        brmi m

;; TCNT0 since a mark
l:      in r16, TCNT0
        sub r16, r20
        cpi r16, 208
        brlo l
        subi r20, 48

;; mark less TCNT0
l:      mov r16, r20
        in r17, TCNT0
        sub r16, r17
        brpl l
        subi r20, 156

;; a tick, counted
        clr r17
l:      rcall tick
        dec r17
        brne l

;; a tick, counted in 16 bits
        clr r17
        clr r18
l:      rcall tick
        subi r17, 1
        sbci r18, 0
        brne l

;; eight ticks in a row
        rcall tick
        rcall tick
        rcall tick
        rcall tick
        rcall tick
        rcall tick
        rcall tick
        rcall tick

;; tick and pin
l:      rcall tick
        sbic PIND, 0
        rjmp l

;; TCNT0 at 0 by tst
        ldi r16, 0
        out TCNT0, r16
l:      in r16, TCNT0
        cpi r16, 190
        brlo l

;; a tick and a toggle
        ldi r18, 1
l:      in r16, TCNT0
        sub r16, r20
        cpi r16, 47
        brcc l
        subi r20, 48
        eor r17, r18
        out PORTB, r17

;; a delay and a toggle
        ldi r18, 1
l:      rcall delay
        eor r17, r18
        out PORTB, r17
        rjmp l

;; a delay, counted
        clr r17
l:      rcall delay
        dec r17
        brne l

;; two routines deep
        clr r17
l:      rcall both
        dec r17
        brne l
